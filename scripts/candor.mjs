#!/usr/bin/env node
// The one command line: `npx candor <command>`, also behind `npm start`. It brings Node 24, installs and builds
// what is missing, then becomes the command's own program.
import { spawn } from 'node:child_process'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  LaunchFault,
  built,
  cleanEnvironment,
  endAs,
  installed,
  onNode24,
  projectFolder,
  rivalsInstalled,
  say,
} from './bootstrap.mjs'

const commands = {
  start: {
    program: 'packages/server/src/main.ts',
    // For once, when it has started: main.ts.
    flags: ['--expose-gc'],
    builds: true,
    says: 'start the server with its embedded PostgreSQL and print the URL to open',
  },
  'check-config': {
    program: 'packages/server/src/check-config-command.ts',
    says: 'print every setting, its value and where it came from; name all wrong ones (--json)',
  },
  backup: {
    program: 'packages/server/src/backup-command.ts',
    usage: 'backup <folder>',
    says: 'copy the embedded database and the access log, while it runs or not (--with-keys adds the keys)',
  },
  restore: {
    program: 'packages/server/src/restore-command.ts',
    usage: 'restore <folder>',
    says: 'put a backup in place (--force moves existing data aside first)',
  },
  tenant: {
    program: 'packages/server/src/tenant-command.ts',
    usage: 'tenant <public id> <name> <origin> <e-mail>',
    says: 'add a tenant with its site and administrator (while the server is stopped)',
  },
  contain: {
    program: 'packages/server/src/contain-command.ts',
    usage: 'contain --tenant <public id> --scope <scope> …',
    says: 'switch the widget off for a tenant, a site, a page or a release, and on again, while the server runs',
  },
  keyholder: {
    program: 'packages/keyholder/src/main.ts',
    usage: 'keyholder --folder <folder> …',
    says: 'hold the keys and write the access log for a server on another host',
  },
  'keyholder-certificates': {
    program: 'packages/keyholder/src/certificates-command.ts',
    usage: 'keyholder-certificates <folder>',
    says: 'make the two certificates with which such a server and its keyholder know each other',
  },
  'keyholder-backup': {
    program: 'packages/keyholder/src/backup-command.ts',
    usage: 'keyholder-backup <folder> <target>',
    says: 'copy what a keyholder on this host holds, while it runs, with an entry in the log before',
  },
  'keyholder-revoke': {
    program: 'packages/keyholder/src/revoke-command.ts',
    usage: 'keyholder-revoke <folder> <revocation>',
    says: 'end a release of the widget past the server, with two signatures (release revoke)',
  },
  release: {
    program: 'packages/release/src/release-command.ts',
    usage: 'release <subcommand>',
    says: 'build, attest, sign, publish, revoke, verify and monitor releases of the widget (release --help)',
  },
  screen: {
    program: 'packages/server/src/screen-command.ts',
    usage: 'screen [--formats <file.json>]',
    says: 'mask card data in JSON lines {conversation, author, text} from standard input',
  },
  eval: {
    program: 'packages/server/src/eval-command.ts',
    usage: 'eval intents --train A --test B',
    says: 'train the virtual agent on examples {text, label} and say how good it is on others (--help)',
  },
  verify: {
    program: 'packages/ledger/src/verify-command.ts',
    usage: 'verify <folder|url>',
    says: 'check an access log, or a proof bundle (--bundle), without server and database',
  },
  witness: {
    program: 'packages/witness/src/witness-command.ts',
    usage: 'witness <folder>',
    says: 'cosign the logs of others (--log <vkey>) and raise the alarm when one stops, shrinks or forks',
  },
  'response-site': {
    program: 'packages/server/src/response-site-command.ts',
    usage: 'response-site <folder>',
    says: 'serve the published response sites and their letter box, and nothing else',
  },
  drill: {
    program: 'packages/drills/src/drill.ts',
    usage: 'drill <name>',
    builds: true,
    says: 'attack a copy and show what is found: containment, log-attacks, skipped-log, stolen-data',
  },
  bench: {
    program: 'packages/bench/src/bench.ts',
    usage: 'bench [name]',
    builds: true,
    says: 'measure throughput, latency and memory on this machine',
  },
}

const [name = 'help', ...args] = process.argv.slice(2)

try {
  if (['help', '--help', '-h'].includes(name)) process.stdout.write(help())
  else if (!Object.hasOwn(commands, name)) unknown()
  else await launch(commands[name])
} catch (fault) {
  if (!(fault instanceof LaunchFault)) throw fault
  say(fault.message)
  process.exit(1)
}

async function launch(command) {
  await onNode24(fileURLToPath(import.meta.url), [name, ...args])
  await installed()
  if (command.builds) await built()
  // The intent engine is the one bench whose rivals are packages; without a name it is run, too.
  if (name === 'bench' && (args.length === 0 || args[0] === 'intents')) await rivalsInstalled()
  await become([...(command.flags ?? []), path.join(projectFolder, command.program)])
}

/** @param program with what Node is to be told before it. On POSIX the launcher turns into the program: one process less in memory, and signals reach it directly. */
async function become(program) {
  const argv = [process.execPath, ...program, ...args]
  const env = cleanEnvironment()
  if (process.execve && process.platform !== 'win32') process.execve(process.execPath, argv, env)
  await endAs(spawn(argv[0], argv.slice(1), { stdio: 'inherit', env }))
}

function help() {
  const rows = Object.entries(commands).map(([key, command]) => [command.usage ?? key, command.says])
  const width = Math.max(...rows.map(([usage]) => usage.length))
  return [
    'Candor: customer engagement that can say, definitively, whose data was touched.',
    '',
    'Usage: npx candor <command>',
    '',
    ...rows.map(([usage, says]) => `  ${usage.padEnd(width)}  ${says}`),
    `  ${'help'.padEnd(width)}  this page`,
    '',
    'Settings come from the environment or from a file candor.env here: docs/configuration.md.',
    '',
  ].join('\n')
}

function unknown() {
  process.stderr.write(`candor: there is no command "${name}".\n\n${help()}`)
  process.exitCode = 2
}
