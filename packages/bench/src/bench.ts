import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { parseArgs } from 'node:util'
import { measureIdle } from './idle-bench.ts'
import { fullPlan, measureMessages, mediansOf, quickPlan } from './messages-bench.ts'
import type { IntentRun } from './intents-run.ts'
import { goalLines, idleReport, judge, messagesReport } from './messages-report.ts'

const usage = `Usage: npm run bench -- [name] [options]

  without a name: messages, idle, and the small table of intents

  messages     messages a second, latency and CPU beside ejabberd and a bare echo; then idle
  idle         memory of idle connections
  card-guard   recall, false masks and speed of the card guard beside other packages
  intents      the intent engine on BANKING77 and CLINC150, beside node-nlp, natural and BM25 (--small, --from FILE)
  access       keys and log: sealed and unsealed sends, logged openings a second, what one reader read of 10 M entries
  knowledge    the right article among the first found, beside plain BM25; calibration
  flows        slots read in NLU++, next actions in STAR (data beside the project or in CANDOR_DATA)
  response-site  the response site beside nginx (--quick)
  reports      page views and browsers' reports taken beside a bare route; an incident scoped (--views N, --quick)
  ledger       the access log: append, verify and prove, beside the limit of hashing and of fsync

  --quick      about a minute: one round, 100 sockets
  --seed N     another seed for texts, arrivals and senders
  --sockets N  only so many (may be given more than once)
  --digits S   share of messages with digits, for the card guard (default 0.15)
  --rounds N   more rounds, of which the medians are printed
  --json FILE  every single figure
  --part NAME  of knowledge: tau-bank, tau-bank-stories, banking77 or clinc150 (may be given more than once)
  --development, --without-encoder  of knowledge: development questions; words and letters only
`

const idleSockets = 5_000
const [name, ...rest] = process.argv.slice(2)

if (name === 'card-guard') {
  const { cardGuardBench } = await import('./card-guard-bench.ts')
  const { values } = parseArgs({ args: rest, options: { seed: { type: 'string' } } })
  await cardGuardBench(values.seed === undefined ? {} : { seed: Number(values.seed) })
} else if (name === 'flows') {
  const { flowsBench } = await import('./flows-bench.ts')
  const { values } = parseArgs({ args: rest, options: { misses: { type: 'string', default: '10' } } })
  flowsBench((line) => process.stdout.write(`${line}\n`), { misses: Number(values.misses) })
} else if (name === 'response-site') {
  const { responseSiteBench } = await import('./response-site-bench.ts')
  const { values } = parseArgs({ args: rest, options: { quick: { type: 'boolean', default: false } } })
  const plan = values.quick ? { rounds: 1, seconds: 2 } : { rounds: 3, seconds: 8 }
  const report = await responseSiteBench(plan, (line) => void process.stderr.write(`${line}\n`))
  process.stdout.write(`\n${report}\n`)
} else if (name === 'ledger') {
  const { ledgerBench, ledgerReport } = await import('./ledger-bench.ts')
  const { values } = parseArgs({
    args: rest,
    options: { entries: { type: 'string', default: '1000000' }, quick: { type: 'boolean', default: false } },
  })
  const entries = values.quick ? 50_000 : Number(values.entries)
  process.stdout.write(`${ledgerReport(await ledgerBench({ entries }))}\n`)
} else if (name === 'reports') {
  const { reportsBench, reportsReport } = await import('./reports-bench.ts')
  const { values } = parseArgs({
    args: rest,
    options: {
      seed: { type: 'string', default: '1' },
      views: { type: 'string', default: '1000000' },
      quick: { type: 'boolean', default: false },
    },
  })
  const plan = {
    seed: Number(values.seed),
    seconds: values.quick ? 3 : 10,
    views: values.quick ? 100_000 : Number(values.views),
  }
  const figures = await reportsBench(plan, (line) => void process.stderr.write(`${line}\n`))
  process.stdout.write(`\n${reportsReport(plan, figures)}\n`)
} else if (name === 'intents') {
  const { values } = parseArgs({
    args: rest,
    options: {
      small: { type: 'boolean', default: false },
      json: { type: 'string' },
      // Lines that an earlier run wrote with --json: their table, without measuring again.
      from: { type: 'string' },
    },
  })
  await benchIntents(values.small, values)
} else if (name === 'knowledge') {
  const { knowledgeEval } = await import('./knowledge-eval.ts')
  const { readEncoder } = await import('@candor/server/virtual-agents/read-encoder.ts')
  const { values } = parseArgs({
    args: rest,
    options: {
      seed: { type: 'string' },
      part: { type: 'string', multiple: true },
      development: { type: 'boolean', default: false },
      'without-encoder': { type: 'boolean', default: false },
    },
  })
  knowledgeEval({
    encoder: values['without-encoder'] ? null : readEncoder(),
    development: values.development,
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
    ...(values.part !== undefined && { only: values.part }),
  })
} else if (name === 'access') {
  const { accessBench, accessParts, accessReport } = await import('./access-bench.ts')
  const { values } = parseArgs({
    args: rest,
    options: {
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '3' },
      entries: { type: 'string', default: '10000000' },
      small: { type: 'boolean', default: false },
      part: { type: 'string', multiple: true },
    },
  })
  const plan = {
    seed: Number(values.seed),
    rounds: values.small ? 1 : Number(values.rounds),
    openSeconds: values.small ? 2 : 8,
    entries: values.small ? 100_000 : Number(values.entries),
    parts: accessParts.filter((part) => values.part?.includes(part) ?? true),
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const figures = await accessBench(plan, say)
  process.stdout.write(`\n${accessReport(plan, figures)}\n`)
} else {
  await benchServer()
  if (process.argv.length === 2) await benchIntents(true)
}

async function benchIntents(small: boolean, files: { json?: string; from?: string } = {}): Promise<void> {
  const { fullIntentsPlan, intentsBench, intentsReport, smallIntentsPlan } =
    await import('./intents-bench.ts')
  const runs =
    files.from === undefined
      ? await intentsBench(
          small ? smallIntentsPlan : fullIntentsPlan,
          (line) => void process.stderr.write(`${line}\n`),
        )
      : readFileSync(files.from, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as IntentRun)
  if (runs === null) return
  process.stdout.write(`\n${intentsReport(runs)}\n`)
  if (files.json !== undefined)
    writeFileSync(files.json, runs.map((run) => `${JSON.stringify(run)}\n`).join(''))
}

async function benchServer(): Promise<void> {
  const named = name !== undefined && !name.startsWith('-')
  const what = named ? name : 'messages'
  const { values } = parseArgs({
    args: named ? rest : process.argv.slice(2),
    options: {
      quick: { type: 'boolean', default: false },
      seed: { type: 'string' },
      sockets: { type: 'string', multiple: true },
      digits: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || !['messages', 'idle'].includes(what)) {
    process.stderr.write(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  if (process.platform !== 'linux' || !existsSync('/proc/self/stat')) {
    process.stderr.write('The bench reads CPU time from /proc, so it runs on Linux only.\n')
    process.exitCode = 1
    return
  }
  const plan = values.quick ? quickPlan : fullPlan
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-bench-'))
  // PostgreSQL runs as another user where we are root, and has to pass through.
  chmodSync(folder, 0o711)
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      // Servers and databases end with this process.
      remove()
      process.exit(130)
    })
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  try {
    const messages =
      what === 'messages'
        ? await measureMessages(
            {
              ...plan,
              seed: values.seed === undefined ? plan.seed : Number(values.seed),
              sockets: values.sockets?.map(Number) ?? plan.sockets,
              digitsShare: values.digits === undefined ? plan.digitsShare : Number(values.digits),
              rounds: values.rounds === undefined ? plan.rounds : Number(values.rounds),
            },
            folder,
            say,
          )
        : null
    const idle = values.quick && what === 'messages' ? [] : await measureIdle(idleSockets, folder, say)
    const judged = messages === null ? [] : judge(mediansOf(messages.cells))
    const parts = [
      ...(messages === null ? [] : [messagesReport(messages)]),
      ...(idle.length === 0 ? [] : [idleReport(idle)]),
      ...(judged.length === 0 ? [] : [goalLines(judged)]),
    ]
    process.stdout.write(`\n${parts.join('\n\n')}\n`)
    if (values.json !== undefined)
      writeFileSync(
        values.json,
        `${JSON.stringify({ at: new Date().toISOString(), messages, idle, goals: judged }, null, 2)}\n`,
      )
  } finally {
    remove()
  }
}
