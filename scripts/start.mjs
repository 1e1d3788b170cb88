// `npm start`: install, build, then the demonstration: a key, the gateway from a YAML file, an embedded ftpd, all on loopback.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { build, ensureInstalled, root } from './ensure-installed.mjs';

ensureInstalled();
build();
const demo = spawn(process.execPath, [path.join(root, 'dist', 'src', 'demo', 'main.js')], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches the demonstration by itself, being in the same process group; this process only waits for it to end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => demo.kill(signal === 'SIGINT' ? 0 : signal));
demo.on('exit', (code) => process.exit(code ?? 0));
