/** What is left for the administrator to do: the ftpd is his, and so is the moment at which clients meet the gateway. */
import type { DecidedAnswers } from './configuration.js';
import { CONFIG_FILE } from './configuration.js';
import type { Target } from './target.js';
import { wrapped } from './wrapped.js';

/** Steps after an installation, numbered. */
export function nextSteps(answers: DecidedAnswers, target: Target): string {
  const { ftpdHost, ftpdPort, port, start, user } = answers;
  const steps = [
    `Have the plain ftpd listen on ${ftpdHost} port ${ftpdPort}` +
      (port === 21 ? ' instead of port 21' : '') +
      ' (vsftpd: listen_address, listen_port; ProFTPD: Port, DefaultAddress), reachable from nowhere else.',
    `Check: sftpd --check --config ${CONFIG_FILE}`,
    STARTING[start](user),
  ];
  const where = target.live ? 'Next' : `Next, on the machine of ${target.root}`;
  return `${where}:\n${steps.map((step, index) => `${wrapped(`  ${index + 1}. ${step}`, '     ')}\n`).join('')}`;
}

const STARTING: Readonly<Record<DecidedAnswers['start'], (user: string) => string>> = {
  systemd: () => 'Start it: systemctl enable --now sftpd.socket',
  inetd: () => 'Have inetd read its configuration again: send it SIGHUP, as with service inetd reload',
  xinetd: () => 'Have xinetd read its configuration again: send it SIGHUP, as with service xinetd reload',
  none: (user) =>
    `Start it as root, which it gives up for ${user} once its port is bound: sftpd --config ${CONFIG_FILE}`,
};
