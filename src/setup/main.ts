#!/usr/bin/env node
/** The program sftpd-setup. */
import { runSetup } from './setup.js';

process.exitCode = await runSetup(process.argv.slice(2));
