/** An editor with yaml-language-server completes and checks the file, by the JSON Schema its first line names. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysAt } from '../../schemas/keys.js';
import { printConfiguration } from '../../src/cli/print-config.js';
import { loadConfiguration } from '../../src/config/load.js';
import { LanguageServer } from './language-server.js';
import { MACHINE } from './machine.js';

const etc = new URL('../../etc/', import.meta.url);
const shipped = ['sftpd.yaml', ...readdirSync(new URL('examples/', etc)).map((name) => `examples/${name}`)];
const MODELINE = '# yaml-language-server: $schema=../schemas/sftpd.schema.json\n';
const server = new LanguageServer();

beforeAll(() => server.start());
afterAll(() => server.stop());

describe('an editor', () => {
  it.each(shipped)('has nothing against etc/%s', async (name) => {
    const file = new URL(name, etc);
    expect(await server.open(file.href, readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('shows what is wrong, where it is', async () => {
    const text = `${MODELINE}data:\n  protection: secret\n  relai: auto\nlisteners:\n  - port: 99999\n    control: { cleartext: perhaps }\n`;
    const found = await server.open(new URL('wrong.yaml', etc).href, text);
    const told = found.map(({ range, message }): [number, string] => [range.start.line + 1, message]);
    expect(told.sort(([a], [b]) => a - b)).toEqual([
      [3, expect.stringContaining('"clear", "safe", "private"')],
      [4, expect.stringContaining('relai')],
      [6, expect.anything()],
      [7, expect.stringContaining('"allow", "anonymous-only", "deny"')],
    ]);
  });

  it('offers the keys of a section, and the values of a key', async () => {
    const uri = new URL('new.yaml', etc).href;
    await server.open(uri, `${MODELINE}data:\n  \ncontrol:\n  cleartext: \nlisteners:\n  - port: 21\n    \n`);
    expect([...(await server.complete(uri, 2, 2))].sort()).toEqual([...keysAt(['data'])].sort());
    expect(await server.complete(uri, 4, 13)).toEqual(expect.arrayContaining(['allow', 'anonymous-only', 'deny']));
    expect(await server.complete(uri, 7, 4)).toEqual(
      expect.arrayContaining(['address', 'externalAddress', 'ftpd', 'control', 'data', 'handoff']),
    );
  });

  it('knows the keys of a printed configuration, wherever it lies', async () => {
    const loaded = await loadConfiguration('/nonexistent/sftpd.yaml', { ifAbsent: 'defaults', machine: MACHINE });
    if (!loaded.ok) throw new Error('the defaults do not load');
    const uri = 'file:///srv/elsewhere/sftpd.yaml';
    const text = printConfiguration(loaded.value, { inetd: false });
    expect(await server.open(uri, text)).toEqual([]);
    const line = text.split('\n').findIndex((each) => each.startsWith('  cleartext: '));
    expect(await server.hover(uri, line, 4)).toContain('RFC 959');
  });

  it('tells what a key means', async () => {
    const uri = new URL('sftpd.yaml', etc).href;
    const lines = readFileSync(new URL('sftpd.yaml', etc), 'utf8').split('\n');
    const line = lines.findIndex((each) => each.startsWith('  idleTimeout'));
    expect(await server.hover(uri, line, 4)).toContain('1s to 7d');
  });
});
