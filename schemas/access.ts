import { list, network, section } from './formats.js';

/** Which client addresses are served, in the manner of hosts.allow and hosts.deny. */
export const accessSchema = section({
  allow: list(network(), 'networks', { max: 1000 })
    .default([])
    .describe(
      'Addresses and networks, such as 192.0.2.0/24 or 2001:db8::/32, that are served. Looked at first; once it names any, ' +
        'all others are refused. At most 1000. Default [].',
    ),
  deny: list(network(), 'networks', { max: 10_000 })
    .default([])
    .describe('Addresses and networks that are refused, unless allow names them. At most 10000. Default [].'),
})
  .prefault({})
  .describe(
    'Which client addresses are served, in the manner of hosts.allow and hosts.deny. With both lists empty: all.',
  );
