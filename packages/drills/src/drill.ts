/** `candor drill <name>`: re-enacts an attack on a copy and shows what is found. */
import { alteredWidget } from './altered-widget.ts'
import { containment } from './containment.ts'
import { exfiltration } from './exfiltration/exfiltration.ts'
import { logAttacks } from './log-attacks.ts'
import { notices } from './notices.ts'
import { selective } from './selective.ts'
import { skimmerDrill } from './skimmer.ts'
import { skippedLog } from './skipped-log.ts'
import { stolenData } from './stolen-data.ts'
import { stolenKeys } from './stolen-keys.ts'
import { unpinned } from './unpinned.ts'

/** Each answers whether everything was found. */
const drills: Record<
  string,
  { says: string; run(print: (line: string) => void, args: readonly string[]): Promise<boolean> }
> = {
  'altered-widget': {
    says: 'alter the widget’s script, document and manifest at the CDN',
    run: alteredWidget,
  },
  containment: {
    says: 'open a thousand widgets, switch them off, and measure what still runs',
    run: (print) => containment(print),
  },
  exfiltration: {
    says: 'send a card out of a payment page by every way there is, and see what stops or shows it',
    run: exfiltration,
  },
  'log-attacks': {
    says: 'change, drop, insert, reorder, truncate, fork and roll back an access log',
    run: logAttacks,
  },
  notices: {
    says: 'tell 825,000 persons of two tenants while the mail server dies and the sender is killed (--small)',
    run: notices,
  },
  selective: {
    says: 'serve the skimmer to one view in twenty (--share=1: in a hundred), and never to a watcher',
    run: selective,
  },
  skimmer: {
    says: 'alter the tag manager’s script on a payment page, and see who notices',
    run: skimmerDrill,
  },
  'skipped-log': {
    says: 'ask the keyholder for keys as a server that skips the log',
    run: skippedLog,
  },
  'stolen-data': {
    says: 'steal a server’s disk without its keyholder, and try to read a conversation',
    run: stolenData,
  },
  'stolen-keys': {
    says: 'steal one release key, then all three, and publish what the attacker likes',
    run: stolenKeys,
  },
  unpinned: {
    says: 'take the pin and the headers from the page, and see what still notices',
    run: unpinned,
  },
}

const name = process.argv[2] ?? ''
const drill = Object.hasOwn(drills, name) ? drills[name] : undefined
if (drill === undefined) {
  const names = Object.entries(drills).map(([key, { says }]) => `  ${key.padEnd(14)} ${says}\n`)
  process.stderr.write(`Usage: npx candor drill <name>\n\n${names.join('')}`)
  process.exitCode = 2
} else {
  const found = await drill.run((line) => void process.stdout.write(`${line}\n`), process.argv.slice(3))
  process.stdout.write(found ? 'found\n' : 'NOT FOUND\n')
  process.exitCode = found ? 0 : 1
}
