import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { defineReady } from './ready.ts';

test('the help names the default age once, as it would be written', () => {
  const program = new Command();
  defineReady(program, { print: () => undefined, warn: () => undefined, isTTY: false });
  const help = program.commands[0]?.helpInformation().replaceAll(/\s+/g, ' ') ?? '';
  assert.match(help, /how old what was measured may be \(default: 90d\)/);
  assert.doesNotMatch(help, /7776000000/);
});
