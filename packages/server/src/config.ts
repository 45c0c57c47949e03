import { createPrivateKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, parseEnv } from 'node:util'

/** Everything the installation can be told. Made once, at start, by `readConfig`; no other file reads the environment. */
export type Config = {
  port: number
  host: string
  dataFolder: string
  /** Undefined: the address that the server listens on, known once it listens. */
  publicUrl: string | undefined
  /** Undefined: the embedded PostgreSQL in the data folder. */
  databaseUrl: Secret | undefined
  demo: boolean
  demoPort: number
  /** Epoch keys of an installation that had no keyholder yet; taken over at the first start. */
  keyFile: string
  keyholderFolder: string
  /** Undefined: a process of its own on this machine. */
  keyholderUrl: string | undefined
  keyholderCert: string | undefined
  keyholderKey: string | undefined
  keyholderPeer: string | undefined
  keyholderPassphrase: Secret | undefined
  logFolder: string
  logOrigin: string
  witnesses: string[]
  /** Undefined: all of them. */
  witnessQuorum: number | undefined
  /** Undefined: a generated one, kept in the data folder. */
  authSecret: Secret | undefined
  logLevel: LogLevel
  trustProxy: boolean
  socketsMax: number
  /** Addresses in the operator's own network that tenants' tools and crawls may call. */
  privateOrigins: string[]
  metrics: boolean
  /** Undefined: no notice can be sent by mail. */
  smtpUrl: Secret | undefined
  smtpFrom: string | undefined
  smtpDkim: string[]
  smtpSigners: number
  smtpConnections: number
  smtpDomainPerMinute: number
  smtpRetrySeconds: number
  smtpDoubtSeconds: number
  /** Undefined: the mail server reports nothing. */
  smtpHookSecret: Secret | undefined
  /** Of the watcher; undefined: the Chromium that comes with the packages. */
  browser: string | undefined
}

export type LogLevel = (typeof logLevels)[number]
export type Environment = Readonly<Record<string, string | undefined>>
export type Source = 'default' | 'environment' | 'candor.env'

/** A value that never gets into a log, a dump or an error message by accident: only `reveal()` gives it. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return hidden
  }
  toJSON(): string {
    return hidden
  }
  [inspect.custom](): string {
    return hidden
  }
}

/** One setting as a person sees it: `shown` never holds a secret. */
export type SettingReport = { name: string; shown: string; source: Source; reason: string }

/** One wrong setting; `given` is undefined for secrets. */
export type SettingFault = { name: string; source: Source; given: string | undefined; right: string }

/** All wrong settings at once, so that nobody repairs them one start at a time. */
export class ConfigFaults extends Error {
  readonly faults: readonly SettingFault[]
  constructor(faults: readonly SettingFault[]) {
    super(['The configuration is wrong:', ...faults.map((fault) => `  ${describeFault(fault)}`)].join('\n'))
    this.name = 'ConfigFaults'
    this.faults = faults
  }
}

/**
 * Reads all settings from `env`, then from `candor.env` in the project folder, then the defaults.
 * @throws {ConfigFaults} naming every wrong or unknown setting.
 */
export function readConfig(env: Environment = process.env, projectFolder = defaultProjectFolder): Config {
  const { config, faults } = examineConfig(env, projectFolder)
  if (faults.length > 0) throw new ConfigFaults(faults)
  return config
}

/** What `check-config` prints: every setting with its source, and every fault. `config` is only whole without faults. */
export function examineConfig(
  env: Environment = process.env,
  projectFolder = defaultProjectFolder,
): { config: Config; report: SettingReport[]; faults: SettingFault[] } {
  const faults: SettingFault[] = []
  const report: SettingReport[] = []
  const file = readSettingsFile(projectFolder, faults)
  const values = new Map<string, unknown>()
  const folders = { project: projectFolder, data: '' }

  for (const [field, setting] of Object.entries(settings) as [keyof Config, Setting][]) {
    const { given, source } = lookUp(setting.name, env, file)
    const text = given ?? setting.default
    const value = text === undefined ? setting.derive?.(folders) : setting.parse(text, folders)
    if (value instanceof Wrong) {
      faults.push({
        name: setting.name,
        source,
        given: setting.secret ? undefined : text,
        right: setting.right,
      })
    }
    values.set(field, value)
    if (field === 'dataFolder' && typeof value === 'string') folders.data = value
    report.push({ name: setting.name, shown: show(setting, text, value), source, reason: setting.reason })
  }
  faults.push(...unknownSettings(env, 'environment'), ...unknownSettings(file, 'candor.env'))

  const config = Object.fromEntries(values) as Config
  if (config.demo === true && config.port !== 0 && config.port === config.demoPort) {
    faults.push({
      name: 'CANDOR_DEMO_PORT',
      source: lookUp('CANDOR_DEMO_PORT', env, file).source,
      given: String(config.demoPort),
      right: 'another port than CANDOR_PORT: the demo shops must live on another origin than the platform',
    })
  }
  if (config.smtpUrl !== undefined && config.smtpFrom === undefined)
    faults.push({
      name: 'CANDOR_SMTP_FROM',
      source: lookUp('CANDOR_SMTP_FROM', env, file).source,
      given: '',
      right: 'set where CANDOR_SMTP_URL is',
    })
  if (config.keyholderUrl !== undefined)
    for (const field of ['keyholderCert', 'keyholderKey', 'keyholderPeer'] as const)
      if (config[field] === undefined)
        faults.push({
          name: settings[field].name,
          source: lookUp(settings[field].name, env, file).source,
          given: '',
          right: 'set where CANDOR_KEYHOLDER_URL is',
        })
  return { config, report, faults }
}

export function describeFault(fault: SettingFault): string {
  const given = fault.given === undefined ? 'the value given (not shown)' : JSON.stringify(fault.given)
  return `${fault.name} (${fault.source}): ${given} is not right; it must be ${fault.right}.`
}

/** The table of docs/configuration.md, row by row; a test holds the page against it. */
export function settingsTable(): { name: string; type: string; default: string; reason: string }[] {
  return Object.values(settings).map((setting) => ({
    name: setting.name,
    type: setting.type,
    default: setting.default ?? setting.absent ?? '',
    reason: setting.reason,
  }))
}

// --- the settings ----------------------------------------------------------------------------------------------

type Folders = { project: string; data: string }
type Setting = {
  name: string
  type: string
  default?: string
  /** What holds when there is neither a value nor a default, in words; `derive` makes it if it can be known yet. */
  absent?: string
  derive?: (folders: Folders) => unknown
  secret?: true
  /** Ends the sentence "it must be …". */
  right: string
  reason: string
  parse: (text: string, folders: Folders) => unknown
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** 20,000 descriptors are what a process gets on common systems; the rest is for files, the database and HTTP. */
const socketsMaxDefault = 15_000

/** Shorter secrets can be guessed; 32 characters hold 128 bits even in hexadecimal. */
const authSecretLengthMin = 32

const settings: { [Field in keyof Config]: Setting } = {
  port: {
    name: 'CANDOR_PORT',
    type: 'port',
    default: '7780',
    right: 'a port number from 0 to 65535 (0: any free port)',
    reason: 'Where the platform listens: desk, widget, API. 0 takes any free port.',
    parse: parsePort,
  },
  host: {
    name: 'CANDOR_HOST',
    type: 'host',
    default: '127.0.0.1',
    right: 'a host name or address without port',
    reason: 'The address to listen on. Loopback until you say otherwise; put a TLS proxy before any other.',
    parse: (text) => (/^[A-Za-z0-9.:_-]+$/.test(text) ? text : new Wrong()),
  },
  dataFolder: {
    name: 'CANDOR_DATA_FOLDER',
    type: 'folder',
    default: './data',
    right: 'a path; relative ones start at the project folder',
    reason: 'Holds the embedded database, its log and the keys. Kept between runs.',
    parse: (text, folders) => (text === '' ? new Wrong() : path.resolve(folders.project, text)),
  },
  publicUrl: {
    name: 'CANDOR_PUBLIC_URL',
    type: 'URL',
    absent: 'the address listened on',
    right: 'an http or https origin without path, such as https://chat.example.com',
    reason: 'The origin that browsers use; goes into the loader tag, cookies and links.',
    parse: parseOrigin,
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    type: 'secret URL',
    absent: 'the embedded PostgreSQL',
    secret: true,
    right: 'a URL such as postgresql://user:password@host:5432/database',
    reason: 'An outside PostgreSQL instead of the embedded one; its user must own the database.',
    parse: (text) => (isPostgresUrl(text) ? new Secret(text) : new Wrong()),
  },
  demo: {
    name: 'CANDOR_DEMO',
    type: 'on/off',
    default: 'on',
    right: 'on or off',
    reason: 'Seeds two demo tenants and serves the tour. Turn it off for real use.',
    parse: parseSwitch,
  },
  demoPort: {
    name: 'CANDOR_DEMO_PORT',
    type: 'port',
    default: '7781',
    right: 'a port number from 0 to 65535 (0: any free port)',
    reason: 'The demo tenants have web sites of their own on this port: another origin, as in real life.',
    parse: parsePort,
  },
  keyFile: {
    name: 'CANDOR_KEY_FILE',
    type: 'file',
    absent: 'keys/keys.json in the data folder',
    derive: (folders) => path.join(folders.data, 'keys', 'keys.json'),
    right: 'a path; relative ones start at the project folder',
    reason:
      'Keys of an installation from before there was a keyholder; it takes them over when the file is there.',
    parse: (text, folders) => (text === '' ? new Wrong() : path.resolve(folders.project, text)),
  },
  keyholderFolder: {
    name: 'CANDOR_KEYHOLDER_FOLDER',
    type: 'folder',
    absent: 'keyholder in the data folder',
    derive: (folders) => path.join(folders.data, 'keyholder'),
    right: 'a path; relative ones start at the project folder',
    reason:
      'The keyholder’s own: root key, tenant keys, journal. Without it nothing stored can be read again.',
    parse: (text, folders) => (text === '' ? new Wrong() : path.resolve(folders.project, text)),
  },
  keyholderUrl: {
    name: 'CANDOR_KEYHOLDER_URL',
    type: 'URL',
    absent: 'a process of its own on this machine',
    right: 'an address such as tls://keyholder.internal:4180',
    reason: 'A keyholder on another host, over TLS in which both sides are known by certificate.',
    parse: (text) =>
      URL.canParse(text) && new URL(text).protocol === 'tls:' && new URL(text).port !== ''
        ? text
        : new Wrong(),
  },
  keyholderCert: pemFile(
    'CANDOR_KEYHOLDER_CERT',
    'This server’s certificate, for a keyholder on another host.',
  ),
  keyholderKey: pemFile('CANDOR_KEYHOLDER_KEY', 'The private key of that certificate.'),
  keyholderPeer: pemFile('CANDOR_KEYHOLDER_PEER', 'The one certificate that the keyholder may show.'),
  keyholderPassphrase: {
    name: 'CANDOR_KEYHOLDER_PASSPHRASE',
    type: 'secret',
    absent: 'the root key’s file mode protects it',
    secret: true,
    right: 'a passphrase of at least 12 characters',
    reason: 'Protects the keyholder’s root key. Given once, it is needed at every start.',
    parse: (text) => (text.length >= 12 ? new Secret(text) : new Wrong()),
  },
  logFolder: {
    name: 'CANDOR_LOG_FOLDER',
    type: 'folder',
    absent: 'access-log in the data folder',
    derive: (folders) => path.join(folders.data, 'access-log'),
    right: 'a path; relative ones start at the project folder',
    reason: 'The access log as plain files, which anybody may read and verify.',
    parse: (text, folders) => (text === '' ? new Wrong() : path.resolve(folders.project, text)),
  },
  logOrigin: {
    name: 'CANDOR_LOG_ORIGIN',
    type: 'name',
    default: 'candor.local/log',
    right: 'a name without spaces or plus signs, such as chat.example.com/log',
    reason: 'The log’s name in its checkpoints. Set it before the first start: another name is another log.',
    parse: (text) => (/^[^\s+]{1,100}$/.test(text) ? text : new Wrong()),
  },
  witnesses: {
    name: 'CANDOR_WITNESSES',
    type: 'list',
    absent: 'none; the demo starts one on this machine',
    derive: () => [],
    right: 'witness keys with their addresses, <vkey>@<url>, separated by spaces',
    reason: 'Who cosigns the log’s checkpoints. Run them elsewhere: `npx candor witness`.',
    parse: (text) => {
      const list = text.split(/\s+/).filter(Boolean)
      return list.every((each) => /^[^@\s]+@https?:\/\/\S+$/.test(each)) ? list : new Wrong()
    },
  },
  witnessQuorum: {
    name: 'CANDOR_WITNESS_QUORUM',
    type: 'count',
    absent: 'all of them',
    right: 'a whole number from 0 to 15',
    reason: 'How many witnesses must cosign a checkpoint before it is published.',
    parse: (text) => parseWhole(text, 0, 15),
  },
  authSecret: {
    name: 'CANDOR_AUTH_SECRET',
    type: 'secret',
    absent: 'generated, kept in keys/ in the data folder',
    secret: true,
    right: `a secret of at least ${authSecretLengthMin} characters`,
    reason: 'Signs the sessions of the staff. Set it when several servers share one database.',
    parse: (text) => (text.length >= authSecretLengthMin ? new Secret(text) : new Wrong()),
  },
  logLevel: {
    name: 'CANDOR_LOG_LEVEL',
    type: logLevels.join(', '),
    default: 'info',
    right: `one of ${logLevels.join(', ')}`,
    reason: 'How much the JSON log says. No level writes what people wrote to each other.',
    parse: (text) => (logLevels.includes(text as LogLevel) ? text : new Wrong()),
  },
  trustProxy: {
    name: 'CANDOR_TRUST_PROXY',
    type: 'on/off',
    default: 'off',
    right: 'on or off',
    reason: 'Believe X-Forwarded-* headers. Only behind a proxy that sets them: rate limits go by address.',
    parse: parseSwitch,
  },
  privateOrigins: {
    name: 'CANDOR_PRIVATE_ORIGINS',
    type: 'list',
    absent: 'none',
    derive: () => [],
    right: 'origins, such as http://crm.internal:8080, separated by spaces',
    reason:
      'Which addresses in your own network tenants’ tools and crawls may call. All else is public https.',
    parse: (text) => {
      const list = text.split(/\s+/).filter(Boolean)
      const isOrigin = (each: string): boolean =>
        /^https?:/.test(each) && URL.canParse(each) && new URL(each).origin === each
      return list.every(isOrigin) ? list : new Wrong()
    },
  },
  socketsMax: {
    name: 'CANDOR_SOCKETS_MAX',
    type: 'count',
    default: String(socketsMaxDefault),
    right: 'a whole number from 1 to 1000000',
    reason: 'More connections than this are refused as busy, before the process runs out of descriptors.',
    parse: (text) => parseWhole(text, 1, 1_000_000),
  },
  metrics: {
    name: 'CANDOR_METRICS',
    type: 'on/off',
    default: 'on',
    right: 'on or off',
    reason: 'Serves /metrics for Prometheus, to loopback only.',
    parse: parseSwitch,
  },
  smtpUrl: {
    name: 'CANDOR_SMTP_URL',
    type: 'secret URL',
    absent: 'none: notices go by letter only',
    secret: true,
    right: 'a URL such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com',
    reason: 'The mail server that takes notices. Beyond this machine it must speak TLS.',
    parse: (text) =>
      URL.canParse(text) &&
      ['smtp:', 'smtps:'].includes(new URL(text).protocol) &&
      new URL(text).hostname !== ''
        ? new Secret(text)
        : new Wrong(),
  },
  smtpFrom: {
    name: 'CANDOR_SMTP_FROM',
    type: 'address',
    absent: 'none',
    right: 'an e-mail address such as notices@example.com',
    reason: 'Notices come from it; what cannot be delivered comes back to addresses of its domain.',
    parse: (text) => (/^[a-z0-9._-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text) ? text : new Wrong()),
  },
  smtpDkim: {
    name: 'CANDOR_SMTP_DKIM',
    type: 'list',
    absent: 'none',
    derive: () => [],
    right:
      'keys as <domain>/<selector>=<PEM file>, separated by spaces, each Ed25519 or RSA of at least 2048 bits',
    reason: 'Signs notices: Ed25519 or RSA, or one of each. Without it large providers refuse them.',
    parse: (text, folders) => {
      const list = text.split(/\s+/).filter(Boolean)
      const parsed = list.map((each) => /^([a-z0-9.-]+\/[a-z0-9._-]+)=(.+)$/.exec(each))
      if (!parsed.every((each) => each !== null && isSigningKey(path.resolve(folders.project, each[2]!))))
        return new Wrong()
      return parsed.map((each) => `${each![1]!}=${path.resolve(folders.project, each![2]!)}`)
    },
  },
  smtpSigners: {
    name: 'CANDOR_SMTP_SIGNERS',
    type: 'count',
    default: '1',
    right: 'a whole number from 1 to 16',
    reason: 'Threads that make and sign notices: one makes some thousand a second with Ed25519.',
    parse: (text) => parseWhole(text, 1, 16),
  },
  smtpConnections: {
    name: 'CANDOR_SMTP_CONNECTIONS',
    type: 'count',
    default: '8',
    right: 'a whole number from 1 to 100',
    reason: 'To the mail server at once. After a crash at most this many notices are in doubt.',
    parse: (text) => parseWhole(text, 1, 100),
  },
  smtpDomainPerMinute: {
    name: 'CANDOR_SMTP_DOMAIN_PER_MINUTE',
    type: 'count',
    default: '6000',
    right: 'a whole number from 1 to 1000000',
    reason: 'Notices a minute to one domain. Large providers distrust who sends faster than usual.',
    parse: (text) => parseWhole(text, 1, 1_000_000),
  },
  smtpRetrySeconds: {
    name: 'CANDOR_SMTP_RETRY_SECONDS',
    type: 'count',
    default: '60',
    right: 'a whole number from 1 to 3600',
    reason: 'When a notice that was put off is tried again, doubled each time up to four hours.',
    parse: (text) => parseWhole(text, 1, 3_600),
  },
  smtpDoubtSeconds: {
    name: 'CANDOR_SMTP_DOUBT_SECONDS',
    type: 'count',
    default: '900',
    right: 'a whole number from 1 to 86400',
    reason: 'How long a notice without an answer waits for a report before it is handed over again.',
    parse: (text) => parseWhole(text, 1, 86_400),
  },
  smtpHookSecret: {
    name: 'CANDOR_SMTP_HOOK_SECRET',
    type: 'secret',
    absent: 'none: reports are not taken',
    secret: true,
    right: `a secret of at least ${authSecretLengthMin} characters`,
    reason: 'With it the mail server reports what was delivered and what came back (docs/notices.md).',
    parse: (text) => (text.length >= authSecretLengthMin ? new Secret(text) : new Wrong()),
  },
  browser: {
    name: 'CANDOR_BROWSER',
    type: 'file',
    absent: 'the packaged Chromium',
    right: 'a path of a Chromium or Chrome; relative ones start at the project folder',
    reason:
      'What the watcher visits payment pages with. None is packaged but for Linux on x64: then it is off.',
    parse: (text, folders) => (text === '' ? new Wrong() : path.resolve(folders.project, text)),
  },
}

function pemFile(name: string, reason: string): Setting {
  return {
    name,
    type: 'file',
    absent: 'none',
    right: 'a path of a PEM file; relative ones start at the project folder',
    reason,
    parse: (text, folders) => {
      const file = path.resolve(folders.project, text)
      return existsSync(file) ? file : new Wrong()
    },
  }
}

// --- reading one -----------------------------------------------------------------------------------------------

class Wrong {}

const hidden = '(secret)'
const settingsFileName = 'candor.env'
const defaultProjectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')

function lookUp(
  name: string,
  env: Environment,
  file: Environment,
): { given: string | undefined; source: Source } {
  if (env[name] !== undefined && env[name] !== '') return { given: env[name], source: 'environment' }
  if (file[name] !== undefined && file[name] !== '') return { given: file[name], source: 'candor.env' }
  return { given: undefined, source: 'default' }
}

function readSettingsFile(projectFolder: string, faults: SettingFault[]): Environment {
  const file = path.join(projectFolder, settingsFileName)
  if (!existsSync(file)) return {}
  const text = readFileSync(file, 'utf8')
  text.split('\n').forEach((line, index) => {
    if (/^\s*(#.*)?$|^\s*(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=/.test(line)) return
    faults.push({ name: `line ${index + 1}`, source: 'candor.env', given: undefined, right: 'NAME=value' })
  })
  return parseEnv(text)
}

/** A misspelt setting is a fault, or it would quietly leave its default in force. */
function unknownSettings(env: Environment, source: Source): SettingFault[] {
  const known = new Set(Object.values(settings).map((setting) => setting.name))
  const ours = (name: string) => name.startsWith('CANDOR_') || source === 'candor.env'
  return Object.keys(env)
    .filter((name) => ours(name) && !known.has(name) && !otherPrograms.has(name))
    .map((name) => ({ name, source, given: undefined, right: `a known setting${nearest(name, [...known])}` }))
}

/** Read by our tests only (packages/server/test/chromium.ts); not settings of the server. */
const otherPrograms = new Set(['CANDOR_BROWSER'])

function nearest(name: string, known: string[]): string {
  const best = known.map((other) => ({ other, far: distance(name, other) })).sort((a, b) => a.far - b.far)[0]
  return best && best.far <= 2 ? `; did you mean ${best.other}` : ''
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function show(setting: Setting, text: string | undefined, value: unknown): string {
  if (value instanceof Wrong) return setting.secret ? hidden : String(text)
  if (value === undefined) return `(${setting.absent})`
  if (value instanceof Secret) return hidden
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(' ')
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)
}

function parsePort(text: string): number | Wrong {
  return parseWhole(text, 0, 65_535)
}

function parseWhole(text: string, min: number, max: number): number | Wrong {
  if (!/^\d{1,9}$/.test(text)) return new Wrong()
  const value = Number(text)
  return value >= min && value <= max ? value : new Wrong()
}

function parseSwitch(text: string): boolean | Wrong {
  if (text === 'on') return true
  if (text === 'off') return false
  return new Wrong()
}

/** RFC 8301 §3.2: RSA of 1024 bits is taken by some, and may be broken by others. */
function isSigningKey(file: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(readFileSync(file, 'utf8'))
    return (
      asymmetricKeyType === 'ed25519' ||
      (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048)
    )
  } catch (caught) {
    // No such file, or no key in it: for whoever sets it both are the same.
    if (caught instanceof Error) return false
    throw caught
  }
}

function parseOrigin(text: string): string | Wrong {
  if (!URL.canParse(text)) return new Wrong()
  const url = new URL(text)
  const bare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
  return bare && (url.protocol === 'http:' || url.protocol === 'https:') ? url.origin : new Wrong()
}

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text.replace('@/', '@localhost/'))) return false
  const url = new URL(text.replace('@/', '@localhost/'))
  return ['postgres:', 'postgresql:'].includes(url.protocol) && url.pathname.length > 1
}
