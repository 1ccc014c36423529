import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { configFileJsonSchema } from '../config/config-file-schema.js';
import { variables, type ProcessEnvironment, type Variable } from '../config/environment.js';
import { loadConfig } from '../config/load-config.js';
import { processEnvironment } from '../config/process-environment.js';
import { RouteTable } from '../edge/route-table.js';

/** Where a command writes: one text, with its line ends. */
export type Out = (text: string) => void;

/** Adds `gatehouse config`, `gatehouse config check [file]` and `gatehouse config schema`. */
export function addConfigCommands(program: Command, exit: (code: number) => void): void {
  const out: Out = (text) => process.stdout.write(text);
  const config = program
    .command('config')
    .description('Print every environment variable: name, default, meaning.')
    .action(() => printConfigTable(out));
  config
    .command('check [file]')
    .description('Say what is wrong with the environment and the configuration file.')
    .action((file: string | undefined) => exit(checkConfig(file, processEnvironment(), out)));
  config
    .command('schema')
    .description('Print the JSON Schema of the configuration file.')
    .action(() => printConfigSchema(out));
}

/** Prints the variables as the README's table. */
export function printConfigTable(out: Out): void {
  out('| name | default | meaning |\n|---|---|---|\n');
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    out(`| \`${name}\` | ${defaultOf(variable)} | ${variable.meaning} |\n`);
  }
}

export function printConfigSchema(out: Out): void {
  out(`${JSON.stringify(configFileJsonSchema(), null, 2)}\n`);
}

/**
 * Checks the environment together with a configuration file.
 * @param file the file; the environment's own when absent
 * @returns the exit code: 0 when the program would start with it
 */
export function checkConfig(file: string | undefined, env: ProcessEnvironment, out: Out): number {
  try {
    const config = loadConfig(file === undefined ? env : { ...env, GATEHOUSE_CONFIG: file }, process.cwd());
    checkRoutes(config);
    out(summaryOf(config));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    out(`${error.message}\n`);
    return 1;
  }
}

/** Patterns are the route table's to judge: it knows which paths would have two answers. */
function checkRoutes({ file }: Config): void {
  try {
    new RouteTable(file.routes);
  } catch (error) {
    throw new ConfigError([
      { name: `${basename(file.path)}:`, rule: error instanceof Error ? error.message : 'is not usable' },
    ]);
  }
}

function summaryOf({ environment, file, warnings }: Config): string {
  const open = file.routes.filter(({ demand }) => demand.kind === 'public').length;
  const parts = [
    counted(file.permissions.length, 'permission'),
    counted(Object.keys(file.upstreams).length, 'upstream'),
    `${counted(file.routes.length, 'route')} (${open} public)`,
  ];
  const lines = [
    `The configuration is right, for ${environment}: ${parts.join(', ')}.`,
    ...warnings.map((text) => `Note: ${text}.`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function defaultOf({ fallback, unset }: Variable): string {
  return fallback === undefined ? (unset ?? '') : `\`${fallback}\``;
}
