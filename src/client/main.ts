#!/usr/bin/env node
/**
 * The program sftpc. The build puts a file in the place of this one that runs the same program from joined modules, which
 * load faster (scripts/bundle.mjs).
 */
import { program } from './program.js';

process.exitCode = await program(process.argv.slice(2));
