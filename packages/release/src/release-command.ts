/** `candor release`: what becomes of the widget between its sources and a visitor's browser. docs/releases.md */
import { attestCommand } from './attest-build.ts'
import { buildCommand } from './build-release.ts'
import { UsageFault, type Subcommand } from './command-line.ts'
import { makeKeys } from './make-keys.ts'
import { monitorCommand } from './monitor-command.ts'
import { publishCommand } from './publish-release.ts'
import { ReleaseFault } from './release-folder.ts'
import { revokeCommand } from './revoke-release.ts'
import { signCommand } from './sign-release.ts'
import { verifyCommand } from './verify-served.ts'

const usage = `Usage: npx candor release <subcommand>

  keys --one <file>                make one key for yourself, and print its public half
  keys --out <folder> --log <vkey> [--witness <vkey> …] [--release-key <public> …] [--builder <public> …]
                                   make the trust root, and those of its five keys that are not given
  build --out <folder>             build the widget, with its bill of materials
  attest <folder> --key <file>     build again from your own sources; sign when every byte agrees
  sign <folder> --key <file> --root <file> [--days <n>] [--unattested]
                                   sign as one of the three, for at most 7 days
  publish <folder> --data <data folder>
                                   hand what two have signed to the server of this folder
  revoke --file <revocation> [--release <id> --reason <why>] [--key <file> …] [--root <file>] [--data <data folder>]
                                   sign the end of a release; with two signatures and --data it ends
  verify <folder|url> [--root <file>]
                                   check a release, or what is served, byte by byte
  monitor <url> --root <file> [--alarm <url>] [--every <seconds>] [--once]
                                   follow the log, and raise the alarm for a release that nobody could build again

Exit code: 0 done or it holds, 1 it does not (monitor: something was raised), 2 wrong usage.
`

const subcommands: Record<string, Subcommand> = {
  keys: makeKeys,
  build: buildCommand,
  attest: attestCommand,
  sign: signCommand,
  publish: publishCommand,
  revoke: revokeCommand,
  verify: verifyCommand,
  monitor: monitorCommand,
}

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
if (command === undefined) {
  process.stderr.write(name === '' ? usage : `candor release: there is no "${name}".\n\n${usage}`)
  process.exitCode = ['--help', 'help'].includes(name) ? 0 : 2
} else
  try {
    process.exitCode = await command(args, (line) => process.stdout.write(`${line}\n`))
  } catch (caught) {
    if (!(caught instanceof UsageFault || caught instanceof ReleaseFault)) throw caught
    process.stderr.write(`candor release ${name}: ${caught.message}\n`)
    if (caught instanceof UsageFault) process.stderr.write(`\n${usage}`)
    process.exitCode = caught instanceof UsageFault ? 2 : 1
  }
