#!/usr/bin/env node
import 'reflect-metadata';
import { run } from './commands/cli.js';

// Everything is closed by now. Connections that a broken network never finishes closing are no reason to stay.
process.exit(await run(process.argv));
