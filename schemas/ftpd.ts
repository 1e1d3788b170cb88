import { duration, host, port, section } from './formats.js';

/** The plain FTP server behind the gateway. */
export const ftpdSchema = section({
  host: host()
    .default('127.0.0.1')
    .describe(
      'Address or name of the ftpd. The connection to it is not encrypted: keep it on this machine, or on a network that is ' +
        'secured by other means. Default 127.0.0.1.',
    ),
  port: port(1)
    .default('raw-ftp')
    .describe(
      'TCP port of the ftpd, 1 to 65535, or a name of /etc/services. Default raw-ftp, which is 351 where /etc/services has no such entry.',
    ),
  connectTimeout: duration('100ms', '10m')
    .default('10s')
    .describe('How long to wait for the connection to the ftpd, 100ms to 10m. Default 10s.'),
})
  .prefault({})
  .describe('The plain FTP server behind the gateway.');
