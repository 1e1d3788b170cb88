import { count, duration, section } from './formats.js';

/** What one gateway, and one client address, may use. */
export const limitsSchema = section({
  sessions: count(1, 100_000).default(1000).describe('Sessions at the same time, 1 to 100000. Default 1000.'),
  sessionsPerAddress: count(1, 100_000)
    .default(50)
    .describe('Sessions at the same time from one client address, 1 to 100000. Default 50.'),
  handshakesPerSecond: count(1, 10_000)
    .default(50)
    .describe(
      'Security handshakes begun in one second, 1 to 10000; each costs signatures and modular powers, and one address may begin half of ' +
        'them. Default 50.',
    ),
  loginFailures: count(1, 100).default(5).describe('Refused logins after which a session ends, 1 to 100. Default 5.'),
  drain: duration('0s', '1d')
    .default('60s')
    .describe('How long running sessions may go on after a request to stop, 0s to 1d. Default 60s.'),
})
  .prefault({})
  .describe('What the gateway, and one client address, may use.');
