#!/usr/bin/env node
/** The program sftpd-keygen. */
import { runKeygen } from './keygen.js';

const { exitCode, stdout, stderr } = runKeygen(process.argv.slice(2));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
