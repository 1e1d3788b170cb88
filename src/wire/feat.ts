/** The reply to FEAT: RFC 2389 §3.2. */
import { reply, type Reply } from './reply.js';

const FEATURES = 211;

/**
 * Takes features out of an ftpd's 211 reply and puts others in. First and last line stay as they are; feature lines are
 * written with exactly one space before them, however the ftpd wrote them (none, several, or `211-` before each). A
 * feature that is there already is not added again. A single-line 211 means "no features"; any other code is no list
 * of features and comes back unchanged.
 *
 * @param options.drop - is given the first word of a feature, in upper case
 * @param options.add - whole features, such as `AUTH X-SafeTP1`, without leading space
 */
export function rewriteFeatures(
  listed: Reply,
  options: { drop: (featureName: string) => boolean; add: readonly string[] },
): Reply {
  if (listed.code !== FEATURES) return listed;
  const [first = '', ...rest] = listed.lines;
  const last = rest.pop();
  if (last === undefined) return options.add.length === 0 ? listed : featuresReply(options.add);
  const kept = rest.map(featureOf).filter((feature) => feature !== '' && !options.drop(nameOf(feature)));
  const known = new Set(kept.map((feature) => feature.toUpperCase()));
  const features = [...kept, ...options.add.filter((feature) => !known.has(feature.toUpperCase()))];
  if (features.length === 0) return featuresReply([]);
  return { code: FEATURES, lines: [first, ...features.map((feature) => ` ${feature}`), last] };
}

/** The reply to FEAT in the place of an ftpd that has no FEAT. */
export function featuresReply(add: readonly string[]): Reply {
  return add.length === 0
    ? reply(FEATURES, 'No extensions supported')
    : reply(FEATURES, ['Extensions supported:', ...add, 'End']);
}

/** The features of a 211 reply by name in upper case, each with what follows it; none where the server has no FEAT. */
export function readFeatures(listed: Reply): ReadonlyMap<string, string> {
  const lines = listed.code === FEATURES ? listed.lines.slice(1, -1) : [];
  return new Map(
    lines.map(featureOf).map((feature) => [nameOf(feature), feature.slice(nameOf(feature).length).trim()]),
  );
}

const featureOf = (line: string): string => line.replace(/^211-/, '').trim();
const nameOf = (feature: string): string => (/^[^ \t;:]*/.exec(feature)?.[0] ?? '').toUpperCase();
