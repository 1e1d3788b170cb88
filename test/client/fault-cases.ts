/** Faults as tables: a title, what is played, and the golden text of what sftpc says and does. */
import { expect, test } from 'vitest';
import { expectGolden, goldenNames } from './golden.js';
import { told, type Play, type Played, type Stage } from './stage.js';

export interface Fault {
  /** The golden file's name. */
  readonly name: string;
  /** What is wrong, as a person would say it. */
  readonly title: string;
  readonly play: () => Promise<Played>;
  /** The exit status, where a mistake in the golden text should not pass. */
  readonly status: number;
  /** Why it cannot be played on this machine. */
  readonly skipped?: string | undefined;
}

/** A test for each fault; the texts lie in this folder of test/golden/client, and there are no others. */
export function faultTests(folder: string, faults: readonly Fault[]): void {
  for (const { name, title, status, play, skipped } of faults) {
    const why = skipped === undefined ? '' : ` (skipped: ${skipped})`;
    test.skipIf(skipped !== undefined)(`${title}${why}`, async () => {
      const played = await play();
      expect(played, played.err).toMatchObject({ status });
      if (status !== 0) {
        expect(played.err, 'a failure is told').toMatch(/^sftpc: .+/m);
        // A part that can be gone on with may be left, hidden.
        expect(played.left, 'nothing of it has its name').toMatch(
          /^(?:\.report\.sftpc-part\S* of \d+ octets, )*report as it was$/,
        );
      }
      expectGolden(`${folder}/${name}`, told(title, played));
    });
  }
  test(`${folder}: every text has its fault`, () => {
    expect(goldenNames(folder)).toEqual(faults.map(({ name }) => name).toSorted());
  });
}

/** A fault of one stage, as a table has it. */
export type StagedFault = Omit<Fault, 'play'> & Play & { readonly on?: () => Stage };

/** @param usual - where it is played unless the fault says another stage */
export const staged = ({ name, title, status, on, ...play }: StagedFault, usual: () => Stage): Fault => ({
  name,
  title,
  status,
  play: () => (on ?? usual)().play({ ...(play.input === undefined ? { command: GET } : {}), ...play }),
});

export const GET: NonNullable<Play['command']> = ['get', 'report', 'here/report'];
export const PUT: NonNullable<Play['command']> = ['put', 'draft', 'sent'];
