/** A socket that systemd holds, and the service it is passed to: sftpd needs no right that root has. */
import type { SetupAnswers } from '../../schemas/setup-answers.js';

export const UNIT_FOLDER = '/etc/systemd/system';

/** Made to fit what sftpd does: it reads its files, writes none, and speaks TCP, UDP and unix sockets. No W^X: V8 compiles. */
const CONFINEMENT = `NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077`;

export function socketUnit({ port }: SetupAnswers): string {
  return `# Written by sftpd-setup.
[Unit]
Description=SafeTP gateway, socket
Documentation=man:sftpd(8)

[Socket]
ListenStream=${port}
BindIPv6Only=both
Backlog=511

[Install]
WantedBy=sockets.target
`;
}

export function serviceUnit({ user, workdir }: SetupAnswers, command: readonly string[]): string {
  const home = [workdir, ...command].some((word) => /^\/(home|root|run\/user)\//.test(word)) ? 'read-only' : 'yes';
  return `# Written by sftpd-setup. To change it: systemctl edit sftpd.service
# A log file (logging.destination: file) needs a line such as ReadWritePaths=/var/log/sftpd there. Another ftpd that is
# started (handoff:) needs what it needs, root in most cases: User= and the lines below it are then in its way.
[Unit]
Description=SafeTP gateway
Documentation=man:sftpd(8) man:sftpd.yaml(5)
Requires=sftpd.socket
After=network.target sftpd.socket

[Service]
Type=exec
User=${user}
ExecStart=${command.join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
# limits.drain of sftpd.yaml, twice, and a little.
TimeoutStopSec=130
# Two descriptors a session, four during a transfer.
LimitNOFILE=65536
ProtectHome=${home}
${CONFINEMENT}

[Install]
WantedBy=multi-user.target
`;
}
