/** What a listener says overrides the sections key by key; what a flag says holds for all listeners. */
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/config/diagnostics.js';
import { parseDocument } from '../../src/config/document.js';
import { configure } from '../../src/config/load.js';
import { overlay, type Patch } from '../../src/config/patch.js';
import { MACHINE } from './machine.js';

function load(text: string, patches: readonly Patch[] = []) {
  const document = parseDocument(Buffer.from(text), '/etc/sftpd.yaml');
  if (!document.ok) throw new Error(formatDiagnostics(document.error));
  return configure(overlay(document.value, patches), { machine: MACHINE, generation: 1 });
}

function listeners(text: string, patches: readonly Patch[] = []) {
  const loaded = load(text, patches);
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.error));
  return loaded.value.snapshot.listeners;
}

function told(text: string, patches: readonly Patch[] = []): string {
  const loaded = load(text, patches);
  return formatDiagnostics(loaded.ok ? loaded.value.warnings : loaded.error);
}

const patch = (flag: string, path: string, value: unknown): Patch => ({ flag, path: path.split('.'), value });

describe('a listener', () => {
  it('overrides the sections key by key, and leaves the other listeners alone', () => {
    const [first, second] = listeners(
      [
        'listeners:',
        '  - port: 21',
        '    ftpd: { port: 2100 }',
        '    control: { cleartext: deny, banner: null }',
        '    data: { relay: always, passivePorts: null }',
        '    handoff: { kerberosFtpd: kftpd }',
        '  - port: 2121',
        'ftpd: { connectTimeout: 1s }',
        'control: { banner: Hello, idleTimeout: 1m }',
        'data: { maxBlock: 256, passivePorts: 40000-49999 }',
        'handoff: { anonymousFtpd: /usr/sbin/ftpd, kerberosFtpd: /usr/sbin/kftpd }',
      ].join('\n'),
    );
    expect(first).toMatchObject({
      ftpd: { host: '127.0.0.1', port: 2100, connectTimeout: 1000 },
      // null is a value: it overrides.
      control: { cleartext: 'deny', banner: null, idleTimeout: 60_000 },
      data: { relay: 'always', passivePorts: null, maxBlock: 256 },
      handoff: { anonymousFtpd: '/usr/sbin/ftpd', kerberosFtpd: '/etc/kftpd' },
    });
    expect(second).toMatchObject({
      ftpd: { host: '127.0.0.1', port: 351, connectTimeout: 1000 },
      control: { cleartext: 'allow', banner: 'Hello', idleTimeout: 60_000 },
      data: { relay: 'auto', passivePorts: { low: 40_000, high: 49_999 }, maxBlock: 256 },
      handoff: { anonymousFtpd: '/usr/sbin/ftpd', kerberosFtpd: '/usr/sbin/kftpd' },
    });
  });

  it('with required encryption denies cleartext and relays always, whatever is said elsewhere', () => {
    const text = 'listeners: [{ data: { protection: private } }, { port: 2121, control: { cleartext: allow } }]\n';
    const [first, second] = listeners(text);
    expect(first).toMatchObject({ control: { cleartext: 'deny' }, data: { relay: 'always' } });
    expect(second).toMatchObject({ control: { cleartext: 'allow' }, data: { relay: 'auto' } });
  });
});

describe('a flag', () => {
  const text =
    'listeners: [{ control: { cleartext: allow, banner: A } }, { port: 2121, data: { passivePorts: 50000-59999 } }]\n';

  it('holds against what a listener of the file says', () => {
    const patches = [patch('-9', 'control.cleartext', 'deny'), patch('-r1-9999', 'data.passivePorts', '40000-49999')];
    expect(listeners(text, patches)).toMatchObject([
      { control: { cleartext: 'deny', banner: 'A' }, data: { passivePorts: { low: 40_000 } } },
      { control: { cleartext: 'deny' }, data: { passivePorts: { low: 40_000 } } },
    ]);
  });

  it('goes into each listener, those of a flag before it too, and the default one', () => {
    const external = patch('-i', 'listeners.*.externalAddress', '198.51.100.7');
    const twice = [{ externalAddress: '198.51.100.7' }, { externalAddress: '198.51.100.7' }];
    expect(listeners(text, [external])).toMatchObject(twice);
    expect(listeners('', [patch('-p', 'listeners', [{ port: 21 }, { port: 2121 }]), external])).toMatchObject(twice);
    expect(listeners('', [external])).toMatchObject([{ port: 21, externalAddress: '198.51.100.7' }]);
  });

  it('is named where it is wrong in each listener', () => {
    expect(told(text, [patch('-ix', 'listeners.*.externalAddress', 'x')])).toBe(
      [0, 1]
        .map(
          (index) => `-ix: listeners[${index}].externalAddress: found "x", expected an IPv4 or IPv6 address, or null\n`,
        )
        .join(''),
    );
  });

  it('does not hide what is wrong in the file', () => {
    expect(told('data: 5\n', [patch('-3', 'data.relay', 'always')])).toBe(
      '/etc/sftpd.yaml:1:7: data: found 5, expected a mapping of keys\n',
    );
    expect(told('[1]\n', [patch('-3', 'data.relay', 'always')])).toContain('the file holds a list of 1');
    expect(told('listeners: 21\n', [patch('-i', 'listeners.*.externalAddress', '::1')])).toBe(
      '/etc/sftpd.yaml:1:12: listeners: found 21, expected a list of listeners, from 1 to 64 of them\n',
    );
    expect(told('listeners: [{ control: 5 }, 7]\n', [patch('-9', 'control.cleartext', 'deny')])).toBe(
      '/etc/sftpd.yaml:1:24: listeners[0].control: found 5, expected a mapping of keys\n' +
        '/etc/sftpd.yaml:1:29: listeners[1]: found 7, expected a mapping of keys\n',
    );
  });

  it('fills a section that stands empty in the file', () => {
    expect(listeners('data:\n', [patch('-3', 'data.relay', 'always')])).toMatchObject([{ data: { relay: 'always' } }]);
  });
});
