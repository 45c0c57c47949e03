// What has to be true before any Candor program runs: Node 24, the installed packages, the built browser
// parts. Each step looks first and acts only if something changed, so a second start costs milliseconds.
// This file runs on Node 20 with nothing installed: node: built-ins only.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** A sentence for the person at the terminal. Never on stdout: that belongs to the command (`screen` is a filter). */
export function say(sentence) {
  process.stderr.write(`candor: ${sentence}\n`)
}

/** Ends the launcher with a sentence instead of a stack: for faults that the person can do something about. */
export class LaunchFault extends Error {}

/**
 * Returns when this process runs on Node 24 or newer. On an older Node it fetches Node 24, runs the same
 * command line with it and never returns: the process ends as its successor did.
 */
export async function onNode24(script, args) {
  if (Number(process.versions.node.split('.')[0]) >= nodeMajorMin) return
  const node = await fetchedNode()
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}` }
  const [command, ...rest] = endingWithUs([node, script, ...args])
  await endAs(spawn(command, rest, { stdio: 'inherit', env }))
}

/** Installs the packages that package-lock.json names, if node_modules does not already hold exactly those. */
export async function installed() {
  const want = sha256(read('package-lock.json') + process.platform + process.arch)
  if (installStamp() === want) return
  await withLock('install', async () => {
    if (installStamp() === want) return
    if (differing().length > 0) {
      say('Installing the packages named in package-lock.json…')
      const startedAt = Date.now()
      // Not `npm ci`: it gives up when a registry mirror lacks some other platform's optional binaries. This
      // keeps to the lockfile as well, and the check below refuses anything that differs from it.
      await npm(['install', '--no-save', '--include=dev', '--include=optional', ...quietly], projectFolder)
      const wrong = differing()
      if (wrong.length > 0) {
        throw new LaunchFault(
          `package.json and package-lock.json disagree. Not installed as locked: ${wrong.slice(0, 5).join(', ')}. Run npm install and commit both.`,
        )
      }
      say(`Installed in ${seconds(startedAt)}.`)
    }
    fs.writeFileSync(path.join(projectFolder, installStampFile), want)
  })
}

/** What the intents bench measures beside, by its own lockfile into .runtime/: the product installs none of it. */
export async function rivalsInstalled() {
  const from = path.join(projectFolder, 'packages/bench/rivals')
  const home = path.join(projectFolder, '.runtime', 'rivals')
  const lock = fs.readFileSync(path.join(from, 'package-lock.json'), 'utf8')
  const ready = path.join(home, 'ready')
  const done = () => fs.existsSync(ready) && fs.readFileSync(ready, 'utf8') === lock
  if (done()) return
  await withLock('rivals', async () => {
    if (done()) return
    say('Installing node-nlp and natural into .runtime/, to measure beside…')
    const startedAt = Date.now()
    fs.rmSync(home, { recursive: true, force: true })
    fs.mkdirSync(home, { recursive: true })
    for (const file of ['package.json', 'package-lock.json'])
      fs.copyFileSync(path.join(from, file), path.join(home, file))
    await npm(['ci', ...quietly], home)
    fs.writeFileSync(ready, lock)
    say(`Installed in ${seconds(startedAt)}.`)
  })
}

/** Builds the two browser programs, each only if a source that goes into it changed since its last build. */
export async function built() {
  const stale = () =>
    browserPrograms.filter((program) => present(program) && buildStamp(program) !== sourceHash(program))
  if (stale().length === 0) return
  await withLock('build', async () => {
    const programs = stale()
    if (programs.length === 0) return
    say(`Building the ${programs.map((program) => program.name).join(' and the ')}…`)
    const startedAt = Date.now()
    await Promise.all(programs.map(build))
    say(`Built in ${seconds(startedAt)}.`)
  })
}

/** The environment for our own programs: what npm put there for its scripts would steer any npm or tool below us. */
export function cleanEnvironment(env = process.env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)))
}

/** Waits for a child and ends this process the same way. Signals sent to us reach the child. */
export async function endAs(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // At a terminal Ctrl-C already went to the whole foreground group; a second one would cut a clean stop short.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  const { code, signal, fault } = await ended(child)
  if (fault) throw new LaunchFault(`${child.spawnfile} could not be started: ${fault.message}`)
  if (signal) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    await new Promise(() => setTimeout(() => process.exit(1), 1_000))
  }
  process.exit(code ?? 1)
}

// --- Node 24 -------------------------------------------------------------------------------------------------

const nodeMajorMin = 24
const nodeVersion = '24.21.0'

/**
 * The registry's plain Node packages (one binary, no install script), each pinned by the hash of its tarball.
 * macOS is not here: the registry has no Node 24 package for Apple silicon, so there Node 24 must be installed.
 */
const nodePackages = {
  'linux-x64':
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'linux-arm64':
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
}

/** Killed with -9 we cannot pass the signal on: the kernel then tells the server to stop, where it can. */
function endingWithUs(argv) {
  return fs.existsSync(setpriv) ? [setpriv, '--pdeathsig=TERM', '--', ...argv] : argv
}

/** Of util-linux; on Debian and most others essential. */
const setpriv = '/usr/bin/setpriv'

async function fetchedNode() {
  const platform = `${process.platform}-${process.arch}`
  const integrity = nodePackages[platform]
  if (!integrity) {
    throw new LaunchFault(
      `Candor runs on Node ${nodeMajorMin} or newer; this is ${process.version}, and there is no packaged Node for ${platform}. Install Node ${nodeMajorMin} (https://nodejs.org) and try again.`,
    )
  }
  const home = path.join(projectFolder, '.runtime', `node-${nodeVersion}`)
  const node = path.join(home, 'node_modules', `node-${platform}`, 'bin', 'node')
  const ready = path.join(home, 'ready')
  if (fs.existsSync(ready)) return node
  await withLock('runtime', async () => {
    if (fs.existsSync(ready)) return
    say(
      `Candor runs on Node ${nodeMajorMin}; this is ${process.version}. Fetching Node ${nodeVersion} into .runtime/…`,
    )
    const startedAt = Date.now()
    const name = `node-${platform}`
    const root = { name: 'candor-runtime', version: '0.0.0', dependencies: { [name]: nodeVersion } }
    fs.rmSync(home, { recursive: true, force: true })
    fs.mkdirSync(home, { recursive: true })
    fs.writeFileSync(path.join(home, 'package.json'), JSON.stringify({ ...root, private: true }))
    // A lockfile of our own making: npm itself then refuses a tarball whose hash is not the one pinned above.
    fs.writeFileSync(
      path.join(home, 'package-lock.json'),
      JSON.stringify({
        ...root,
        lockfileVersion: 3,
        requires: true,
        packages: { '': root, [`node_modules/${name}`]: { version: nodeVersion, integrity } },
      }),
    )
    await npm(['ci', ...quietly], home)
    const { code } = await ended(spawn(node, ['--version'], { stdio: 'ignore' }))
    if (code !== 0) {
      throw new LaunchFault(
        `The packaged Node ${nodeVersion} does not run on this system (it needs glibc). Install Node ${nodeMajorMin} another way and try again.`,
      )
    }
    fs.writeFileSync(ready, '')
    say(`Fetched Node ${nodeVersion} in ${seconds(startedAt)}.`)
  })
  return node
}

// --- packages ------------------------------------------------------------------------------------------------

const installStampFile = 'node_modules/.candor-stamp'

function installStamp() {
  return readIfThere(installStampFile)
}

/**
 * The packages that node_modules does not hold as package-lock.json names them. npm keeps a lockfile of what it
 * put there: a developer's own `npm install` is not done over again.
 */
function differing() {
  const inside = readIfThere('node_modules/.package-lock.json')
  const held = inside === undefined ? {} : JSON.parse(inside).packages
  return Object.entries(JSON.parse(read('package-lock.json')).packages)
    .filter(([folder, want]) => {
      if (folder === '') return false // the repository itself
      const has = held[folder]
      if (!has) return want.optional !== true || fits(want)
      return has.version !== want.version || has.integrity !== want.integrity
    })
    .map(([folder]) => folder.replace(/^.*node_modules\//, ''))
}

/** Whether an optional package is meant for this machine; npm leaves the others out. */
function fits(locked) {
  const allows = (list, value) => !list || (list.includes(value) && !list.includes(`!${value}`))
  return (
    Boolean(locked.os ?? locked.cpu) &&
    allows(locked.os, process.platform) &&
    allows(locked.cpu, process.arch) &&
    !locked.libc?.includes('musl')
  )
}

/** What a person sets to reach a registry at all; every other npm_* setting is npm talking to its own scripts. */
const registrySettings =
  /^npm_config_(registry|proxy|https?_proxy|noproxy|cafile|ca|strict_ssl|cache|userconfig|globalconfig)$/i

/** No package's own script ever runs, and npm speaks only when something is wrong. */
const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

async function npm(args, cwd) {
  const env = cleanEnvironment()
  for (const [name, value] of Object.entries(process.env)) if (registrySettings.test(name)) env[name] = value
  env['PATH'] = `${path.dirname(process.execPath)}${path.delimiter}${env['PATH'] ?? ''}`
  const { code, output } = await captured(process.execPath, [npmCli(), ...args], { cwd, env })
  if (code !== 0) {
    throw new LaunchFault(
      `npm ${args[0]} did not succeed. Is the package registry reachable? npm says:\n${output.trim()}`,
    )
  }
}

function npmCli() {
  const beside = path.dirname(fs.realpathSync(process.execPath))
  const candidates = [
    process.env['npm_execpath'],
    path.join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
    path.join(beside, 'node_modules/npm/bin/npm-cli.js'),
    ...(process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'npm')),
  ]
  for (const candidate of candidates) {
    if (!candidate || !fs.existsSync(candidate)) continue
    const real = fs.realpathSync(candidate)
    if (path.basename(real) === 'npm-cli.js') return real
  }
  throw new LaunchFault('npm was not found. Install npm (it comes with Node) and try again.')
}

// --- browser programs ----------------------------------------------------------------------------------------

const browserPrograms = [
  {
    name: 'widget',
    folder: 'packages/widget',
    entry: 'packages/widget/build.ts',
    command: ['packages/widget/build.ts'],
    sources: ['packages/widget', 'packages/protocol', 'packages/card-guard'],
  },
  {
    name: 'console',
    folder: 'packages/console',
    entry: 'packages/console/index.html',
    command: ['node_modules/vite/bin/vite.js', 'build', 'packages/console', '--logLevel', 'warn'],
    sources: ['packages/console', 'packages/protocol', 'packages/card-guard', 'packages/ledger'],
  },
]

function present(program) {
  return fs.existsSync(path.join(projectFolder, program.entry))
}

function buildStampFile(program) {
  return path.join(projectFolder, '.cache', 'build', program.name)
}

function buildStamp(program) {
  if (!fs.existsSync(path.join(projectFolder, program.folder, 'dist'))) return undefined
  return readIfThere(buildStampFile(program))
}

async function build(program) {
  const hash = sourceHash(program)
  fs.rmSync(buildStampFile(program), { force: true })
  const { code, output } = await captured(process.execPath, program.command, {
    cwd: projectFolder,
    env: cleanEnvironment(),
  })
  if (code !== 0) throw new LaunchFault(`The ${program.name} could not be built:\n${output.trim()}`)
  fs.mkdirSync(path.dirname(buildStampFile(program)), { recursive: true })
  fs.writeFileSync(buildStampFile(program), hash)
}

/** Names and contents of everything a build reads; a test file changes nothing that a browser loads. */
function sourceHash(program) {
  const hash = createHash('sha256')
  hash.update(read('package-lock.json')).update(process.versions.node)
  for (const folder of program.sources) {
    for (const file of sourceFiles(path.join(projectFolder, folder))) {
      hash.update(`\0${path.relative(projectFolder, file)}\0`).update(fs.readFileSync(file))
    }
  }
  return hash.digest('hex')
}

function sourceFiles(folder) {
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory())
        return ['dist', 'node_modules', 'test'].includes(entry.name) ? [] : sourceFiles(file)
      return /\.test\.tsx?$/.test(entry.name) ? [] : [file]
    })
}

// --- one at a time -------------------------------------------------------------------------------------------

/** Longer than the slowest install seen on a poor line; after this the other process is taken to hang. */
const lockWaitMsMax = 10 * 60_000
const lockPollMs = 200

/** Runs `work` while no other launcher of this clone runs work under the same name. A dead holder's lock is void. */
async function withLock(name, work) {
  const lock = path.join(projectFolder, '.runtime', `${name}.lock`)
  const mine = `${lock}.${process.pid}`
  fs.mkdirSync(path.dirname(lock), { recursive: true })
  fs.writeFileSync(mine, String(process.pid))
  try {
    const startedAt = Date.now()
    let told = false
    while (!linked(mine, lock)) {
      const holder = readIfThere(path.relative(projectFolder, lock))
      if (holder !== undefined && !alive(Number(holder))) {
        breakLock(lock, holder)
        continue
      }
      if (!told) say(`Another Candor command (process ${holder}) is at the ${name} step; waiting for it…`)
      told = true
      if (Date.now() - startedAt > lockWaitMsMax) {
        throw new LaunchFault(
          `Process ${holder} holds ${lock} for over ten minutes. End it, or remove that file.`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, lockPollMs))
    }
    try {
      await work()
    } finally {
      fs.rmSync(lock, { force: true })
    }
  } finally {
    fs.rmSync(mine, { force: true })
  }
}

/** A hard link appears whole or not at all: nobody ever reads a lock without its holder in it. */
function linked(from, to) {
  try {
    fs.linkSync(from, to)
    return true
  } catch (fault) {
    if (fault.code === 'EEXIST') return false
    throw fault
  }
}

/** Two waiters may both find the holder dead: the slower one must not take away the quicker one's fresh lock. */
function breakLock(lock, holder) {
  const grave = `${lock}.dead.${process.pid}`
  try {
    fs.renameSync(lock, grave)
  } catch (fault) {
    if (fault.code === 'ENOENT') return
    throw fault
  }
  if (fs.readFileSync(grave, 'utf8') !== holder) linked(grave, lock)
  fs.rmSync(grave, { force: true })
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (fault) {
    return fault.code !== 'ESRCH'
  }
}

// --- small things --------------------------------------------------------------------------------------------

function ended(child) {
  return new Promise((resolve) => {
    child.once('error', (fault) => resolve({ code: null, signal: null, fault }))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

async function captured(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const { code, fault } = await ended(child)
  return { code, output: fault ? `${output}${fault.message}` : output }
}

function read(file) {
  return fs.readFileSync(path.join(projectFolder, file), 'utf8')
}

function readIfThere(file) {
  try {
    return fs.readFileSync(path.resolve(projectFolder, file), 'utf8')
  } catch (fault) {
    if (fault.code === 'ENOENT') return undefined
    throw fault
  }
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex')
}

function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`
}
