#!/usr/bin/env node
// `npm test`: everything that must hold, in one command: checks, then fast tests in one process, then tests on a
// real server with a real PostgreSQL, then tests in a real Chromium. The last line counts them all.
//
//   node scripts/test.mjs [--only checks|fast|platform|browser] [--match <part of a path>]
//
// With DATABASE_URL set, the platform and browser tests use that PostgreSQL instead of the embedded one.
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  LaunchFault,
  built,
  cleanEnvironment,
  installed,
  onNode24,
  projectFolder,
  say,
} from './bootstrap.mjs'

const groups = ['checks', 'fast', 'platform', 'browser']

const checks = [
  { name: 'formatted', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', '.', '--noEmit'] },
  { name: 'lint', args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  // The launcher and these checks run oxlint and prettier by path, so knip.json names them as used.
  { name: 'nothing unused', args: ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'] },
]

/** Each of these tests runs a server, a database and perhaps a browser; more at once would measure each other. */
const concurrencyMax = 2

/** A group that takes longer hangs; CI should say which, not run into its own limit. */
const groupMsMax = 25 * 60_000

try {
  const { only, match } = readFlags()
  await onNode24(fileURLToPath(import.meta.url), process.argv.slice(2))
  await installed()
  const total = { passed: 0, failed: 0, skipped: 0 }
  const wanted = groups.filter((group) => !only || group === only)
  if (wanted.includes('checks') && !match) add(total, await runChecks())
  const suites = wanted
    .filter((group) => group !== 'checks')
    .map((group) => ({ group, files: testFiles(group, match) }))
  if (suites.some((suite) => suite.group !== 'fast' && suite.files.length > 0)) add(total, await runBuilds())
  for (const { group, files } of suites) if (files.length > 0) add(total, await runTests(group, files))
  if (total.passed + total.failed === 0) say('No test ran: that proves nothing.')
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
  process.stdout.write(`tests: ${total.passed} passed, ${total.failed} failed${skipped}\n`)
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
} catch (fault) {
  if (!(fault instanceof LaunchFault)) throw fault
  say(fault.message)
  process.stdout.write('tests: 0 passed, 1 failed\n')
  process.exitCode = 1
}

function readFlags() {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, match: { type: 'string' } } })
    if (!values.only || groups.includes(values.only)) return values
    say(`--only takes one of ${groups.join(', ')}.`)
  } catch (fault) {
    if (!fault.code?.startsWith('ERR_PARSE_ARGS')) throw fault
    say(fault.message)
  }
  process.exit(2)
}

/** Each check counts as one test, so a badly formatted file fails the suite as a broken promise does. */
async function runChecks() {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const check of checks) {
    const startedAt = performance.now()
    const { code, output } = await finished(check.args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
    process.stdout.write(`${code === 0 ? '✔' : '✖'} ${check.name} (${took})\n`)
    if (code !== 0) process.stdout.write(`${output.trimEnd()}\n`)
    total[code === 0 ? 'passed' : 'failed'] += 1
  }
  return total
}

/** A build that fails is one failure; what does not need it is tested all the same. */
async function runBuilds() {
  try {
    await built()
    return { passed: 0, failed: 0, skipped: 0 }
  } catch (fault) {
    if (!(fault instanceof LaunchFault)) throw fault
    process.stdout.write(`✖ builds\n${fault.message}\n`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

async function runTests(group, files) {
  process.stdout.write(`\n${group}: ${files.length} ${files.length === 1 ? 'file' : 'files'}\n`)
  const counts = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'candor-test-')), 'counts.json')
  const isolation = group === 'fast' ? ['--test-isolation=none'] : [`--test-concurrency=${concurrencyMax}`]
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${path.join(projectFolder, 'scripts/count-tests.mjs')}`,
    `--test-reporter-destination=${counts}`,
  ]
  const { code } = await finished(['--test', ...isolation, ...reporters, ...files], { stdio: 'inherit' })
  const text = fs.existsSync(counts) ? fs.readFileSync(counts, 'utf8') : ''
  fs.rmSync(path.dirname(counts), { recursive: true })
  const total = text ? JSON.parse(text) : { passed: 0, failed: 0, skipped: 0 }
  // A process that ended badly without a failed test is a failure all the same.
  if (code !== 0 && total.failed === 0) total.failed = 1
  return total
}

function testFiles(group, match) {
  return filesUnder('packages')
    .filter((file) => /\.test\.tsx?$/.test(file))
    .filter((file) => (/\.(platform|browser)\.test\./.exec(file)?.[1] ?? 'fast') === group)
    .filter((file) => !match || file.includes(match))
    .sort()
}

function filesUnder(folder) {
  return fs.readdirSync(path.join(projectFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return []
    const file = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesUnder(file) : [file]
  })
}

function finished(args, { stdio }) {
  const child = spawn(process.execPath, args, { cwd: projectFolder, env: cleanEnvironment(), stdio })
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const timer = setTimeout(() => {
    say(`Not done within ${groupMsMax / 60_000} minutes: ending it.`)
    child.kill('SIGKILL')
  }, groupMsMax)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}

function add(total, more) {
  for (const key of Object.keys(total)) total[key] += more[key]
}
