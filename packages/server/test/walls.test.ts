/** The rules of the repository, held against the code. Fast, and in one place. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { test } from 'node:test'
import { refusals } from '@candor/protocol/refusals.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const architecture = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8')

interface Source {
  file: string
  text: string
  imports: string[]
}

const sources: Source[] = readdirSync(path.join(root, 'packages'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
  .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
  .filter((file) => !/\/(node_modules|dist)\//.test(file))
  .map((file) => {
    const text = readFileSync(path.join(root, file), 'utf8')
    const statements = text.matchAll(
      /^(?:import\b.*|export\b.*|\}) from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    )
    return { file, text, imports: [...statements].map((match) => (match[1] ?? match[2] ?? match[3])!) }
  })

const isTest = (file: string): boolean => /\.test\.tsx?$|\/test\//.test(file)

/** The table under a heading: first column → the cell with the given heading, split at commas. */
function table(heading: string, column: string): Map<string, string[]> {
  const section = architecture.slice(architecture.indexOf(heading))
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  const end = rows.findIndex(
    (_, i) => i > 2 && section.split('\n').indexOf(rows[i]!) - section.split('\n').indexOf(rows[i - 1]!) > 1,
  )
  const cells = (end === -1 ? rows : rows.slice(0, end)).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const at = cells[0]!.indexOf(column)
  return new Map(
    cells
      .slice(2)
      .map((row) => [
        row[0]!.replaceAll('`', ''),
        row[at]! === '-' ? [] : row[at]!.split(',').map((name) => name.trim()),
      ]),
  )
}

test('packages import only what ARCHITECTURE.md allows them', () => {
  const allowed = table('## Packages', 'may import')
  const wrong: string[] = []
  for (const { file, imports } of sources) {
    const own = file.split('/')[1]!
    assert.ok(allowed.has(own), `${own} is not in the table of packages`)
    for (const specifier of imports) {
      const other = /^@candor\/([^/]+)/.exec(specifier)?.[1]
      const climbs =
        specifier.startsWith('.') &&
        !path.posix.join(path.posix.dirname(file), specifier).startsWith(`packages/${own}/`)
      if (climbs && !isTest(file)) wrong.push(`${file} climbs out by ${specifier}`)
      if (other !== undefined && other !== own && !allowed.get(own)!.includes(other) && !isTest(file))
        wrong.push(`${file} imports ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('rooms of the server import only what ARCHITECTURE.md allows them', () => {
  const allowed = table('## Rooms of', 'may import')
  const wrong: string[] = []
  const seen = new Set<string>()
  for (const { file, imports } of sources) {
    const room = /^packages\/server\/src\/([^/]+)\/[^/]+/.exec(file)?.[1]
    if (room === undefined) continue
    seen.add(room)
    assert.ok(allowed.has(room), `${room} is not in the table of rooms`)
    if (isTest(file)) continue
    for (const specifier of imports) {
      // From wherever in the room: a folder of it climbs one step more.
      const target = specifier.startsWith('.')
        ? path.posix.join(path.posix.dirname(file), specifier)
        : specifier
      const other = /^packages\/server\/src\/([^/]+)\//.exec(target)?.[1]
      if (other !== undefined && other !== room && !allowed.get(room)!.includes(other))
        wrong.push(`${file} imports ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
  assert.deepEqual(
    [...allowed.keys()].filter((room) => !seen.has(room)),
    [],
    'rooms in the table that are not in the code',
  )
})

test('what must be pure has no clock, no network, no logging and no dependency', () => {
  const wrong: string[] = []
  for (const { file, text, imports } of sources) {
    if (isTest(file)) continue
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    const pure = /^packages\/(card-guard|virtual-agent)\/src\//.test(file)
    if (
      pure &&
      /\b(Date\.now|new Date\(\)|performance\.|Math\.random|console\.|fetch\(|setTimeout|process\.)/.test(
        code,
      )
    )
      wrong.push(file)
    if (pure && imports.some((specifier) => specifier.startsWith('node:'))) wrong.push(`${file} uses node:`)
    const bare = imports.filter(
      (specifier) => !specifier.startsWith('.') && !specifier.startsWith('@candor/protocol'),
    )
    if (
      /^packages\/(card-guard|protocol|virtual-agent)\/src\/|^packages\/widget\/src\/loader\//.test(file) &&
      bare.length > 0
    )
      wrong.push(`${file} depends on ${bare.join(', ')}`)
  }
  assert.deepEqual(wrong, [])
})

test('the ledger runs in a browser: only its files for Node use Node', () => {
  const wrong = sources.flatMap(({ file, imports }) =>
    /^packages\/ledger\/src\/(?!node-crypto|folder-storage|[a-z-]+-command)/.test(file)
      ? imports
          .filter((specifier) => /^node:|\/(node-crypto|folder-storage)\.ts$/.test(specifier))
          .map((specifier) => `${file} imports ${specifier}`)
      : [],
  )
  assert.deepEqual(wrong, [])
})

test('only config.ts and main.ts know the environment', () => {
  const wrong = sources.filter(
    ({ file, text }) =>
      /^packages\/(server|protocol|card-guard|virtual-agent|widget|console|ledger|witness|watcher|drills|release)\/src\//.test(
        file,
      ) &&
      !isTest(file) &&
      !/packages\/server\/src\/(config|main|[a-z-]+-command)\.ts$/.test(file) &&
      file !== 'packages/watcher/src/watcher-command.ts' &&
      file !== 'packages/witness/src/witness-config.ts' &&
      /process\.env/.test(text),
  )
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  )
})

test('banned calls are nowhere', () => {
  const banned: [RegExp, string][] = [
    [
      /\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|document\.write\b|dangerouslySetInnerHTML/,
      'build nodes instead',
    ],
    [/\beval\(|new Function\(/, 'no code from text'],
    [/unsafe-(inline|eval|hashes)/, 'no unsafe sources in a policy'],
    [/rejectUnauthorized:\s*false(?!\s*\})/, 'certificates are checked'],
    [/@ts-ignore|@ts-nocheck/, 'say the type'],
  ]
  // Writes the report-only line for tenants' own pages: it refuses nothing, so it must name everything to hear of it.
  const reportOnly = 'packages/server/src/integrity/reporting-headers.ts'
  const wrong = sources.flatMap(({ file, text }) =>
    isTest(file) || file === reportOnly
      ? []
      : text
          .split('\n')
          .flatMap((line, i) =>
            /^\s*(\*|\/\/|\/\*)/.test(line)
              ? []
              : banned.filter(([pattern]) => pattern.test(line)).map(([, why]) => `${file}:${i + 1} ${why}`),
          ),
  )
  assert.deepEqual(wrong, [])
})

test('no file is named for what it is not', () => {
  const wrong = sources.filter(({ file }) =>
    /(^|\/)(utils?|helpers?|common|services?|managers?|misc|index)\.tsx?$/.test(file),
  )
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  )
})

test('docs/errors.md lists exactly the refusals of the protocol', () => {
  const documented = [
    ...readFileSync(path.join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([a-z_]+)` +\| (\d+) +\|/gm),
  ].map((match) => [match[1], Number(match[2])])
  assert.deepEqual(
    documented,
    Object.entries(refusals).map(([code, { status }]) => [code, status]),
  )
})

test('every table has row-level security forced and the tenant first in its key', () => {
  // Names of tables without a tenant, each with its reason.
  const without: Record<string, string> = {
    installation: 'one row, the installation itself',
    migrations: 'kept by the owner',
  }
  const folder = path.join(root, 'packages/server/migrations')
  const sql = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n')
  for (const [, name, body] of sql.matchAll(
    /create table (?:if not exists )?((?:\w+\.)?\w+) \(([\s\S]*?)\n\)/g,
  )) {
    if (name! in without || name!.startsWith('auth.')) continue
    const key =
      /primary key \(([^)]+)\)/.exec(body!)?.[1] ?? /^\s*(\w+)[^,\n]*primary key/m.exec(body!)?.[1] ?? ''
    assert.match(key, /^tenant_id\b/, `${name}: tenant_id comes first in the primary key`)
    assert.match(
      sql,
      new RegExp(`alter table ${name} enable row level security`),
      `${name} enables row-level security`,
    )
    assert.match(
      sql,
      new RegExp(`alter table ${name} force row level security`),
      `${name} forces row-level security`,
    )
  }
})
