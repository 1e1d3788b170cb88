/** The sections that hold for one listener: the global ones, overridden key by key by what stands in the listener. */
import type { OverridableSection } from '../../schemas/listeners.js';
import type { SftpdConfiguration } from '../../schemas/sftpd.js';

/** The sections as they hold for one listener, with where each value comes from. */
export interface ListenerSections extends Pick<SftpdConfiguration, OverridableSection> {
  /** The path of a key: in the listener where it is overridden there, else in the section. */
  readonly origin: <Name extends OverridableSection>(
    section: Name,
    key: keyof SftpdConfiguration[Name] & string,
  ) => readonly PropertyKey[];
}

/** The sections for the listener of an index. */
export function sectionsFor(config: SftpdConfiguration, index: number): ListenerSections {
  const listener = config.listeners[index];
  return {
    ftpd: merged(config.ftpd, listener?.ftpd),
    control: merged(config.control, listener?.control),
    data: merged(config.data, listener?.data),
    handoff: merged(config.handoff, listener?.handoff),
    origin: (section, key) => {
      const overrides: object = listener?.[section] ?? {};
      // A key that stands there without a value is absent: the schema yields undefined for it.
      const own = Reflect.get(overrides, key) !== undefined;
      return own ? ['listeners', index, section, key] : [section, key];
    },
  };
}

function merged<Section extends object>(
  section: Section,
  overrides: { readonly [Key in keyof Section]?: Section[Key] | undefined } | undefined,
): Section {
  const given = Object.entries(overrides ?? {}).filter(([, value]) => value !== undefined);
  return { ...section, ...(Object.fromEntries(given) as Partial<Section>) };
}
