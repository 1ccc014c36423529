#!/usr/bin/env node
import 'reflect-metadata';
import { run } from './commands/cli.js';

process.exitCode = await run(process.argv);
