import { describe, expect, test } from 'vitest';
import type { ListenerSettings } from '../../src/config/snapshot.js';
import { takePassedSockets } from '../../src/daemon/passed-sockets.js';
import { settingsForConnection, settingsForSocket } from '../../src/daemon/socket-activation.js';

describe('the environment of a service manager', () => {
  test('names the sockets, and is taken away so that no child believes it', () => {
    const env = { LISTEN_FDS: '2', LISTEN_PID: '17', LISTEN_FDNAMES: 'ftp:', HOME: '/' };
    expect(takePassedSockets(env, 17)).toEqual([
      { fd: 3, name: 'ftp' },
      { fd: 4, name: '' },
    ]);
    expect(env).toEqual({ HOME: '/' });
  });

  test.each([
    ['meant for another process', { LISTEN_FDS: '1', LISTEN_PID: '18' }],
    ['without a process', { LISTEN_FDS: '1' }],
    ['without a number', { LISTEN_FDS: 'x', LISTEN_PID: '17' }],
    ['absent', {}],
  ])('%s passes nothing, and is taken away too', (_what, env: NodeJS.ProcessEnv) => {
    expect(takePassedSockets(env, 17)).toEqual([]);
    expect(env).toEqual({});
  });
});

describe('settings for a socket that somebody else opened', () => {
  const listeners = [
    { address: '127.0.0.1', port: 21 },
    { address: '::', port: 353 },
    { address: '0.0.0.0', port: 990 },
  ] as unknown as readonly [ListenerSettings, ListenerSettings, ListenerSettings];

  test('are those of the listener with its address and port, else of the first', () => {
    expect(settingsForSocket(listeners, { address: '0:0::0', port: 353 })).toBe(listeners[1]);
    expect(settingsForSocket(listeners, { address: '127.0.0.1', port: 353 })).toBe(listeners[0]);
    expect(settingsForSocket(listeners, { address: '::', port: 5 })).toBe(listeners[0]);
  });

  test('for a connection, a listener on all addresses counts as well', () => {
    expect(settingsForConnection(listeners, { address: '192.0.2.1', port: 353 })).toBe(listeners[1]);
    expect(settingsForConnection(listeners, { address: '192.0.2.1', port: 990 })).toBe(listeners[2]);
    expect(settingsForConnection(listeners, { address: '2001:db8::1', port: 990 })).toBe(listeners[0]);
    expect(settingsForConnection(listeners, { address: '127.0.0.1', port: 21 })).toBe(listeners[0]);
  });
});
