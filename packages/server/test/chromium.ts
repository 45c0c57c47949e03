import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { chromium, type Browser } from 'playwright-core'

/**
 * A real Chromium, unpacked from its npm package with the libraries and fonts it needs, so that a bare machine
 * runs the browser tests and screenshots look the same everywhere. CANDOR_BROWSER names another Chromium to use.
 * It reaches nothing but this machine. The caller closes it.
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const own = process.env['CANDOR_BROWSER']
  const unpacked = own ? undefined : await unpackedChromium()
  const temporary = mkdtempSync(path.join(tmpdir(), 'candor-browser-'))
  const forget = () => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  try {
    const browser = await chromium.launch({
      executablePath: own ?? path.join(unpacked!, 'chromium'),
      args: [...args, ...more],
      env: {
        ...(process.env as Record<string, string>),
        HOME: temporary,
        TMPDIR: temporary,
        ...(unpacked && {
          LD_LIBRARY_PATH: path.join(unpacked, 'al2023', 'lib'),
          FONTCONFIG_FILE: writeFontSettings(temporary, unpacked),
        }),
      },
    })
    browser.once('disconnected', forget)
    return browser
  } catch (cause) {
    forget()
    throw cause
  }
}

/** None of the package's own arguments: they turn web security off, which is what the tests are about. */
const args = [
  // In a container, and as root, Chromium's sandbox and zygote cannot be set up.
  '--no-sandbox',
  '--no-zygote',
  // Containers have 64 MB of shared memory, too little for a page with a long conversation.
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--no-pings',
  // A test that reaches for a host outside fails instead of depending on it.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
  '--font-render-hinting=none',
]

const require = createRequire(import.meta.url)
const repository = path.resolve(import.meta.dirname, '../../..')

/** Unpacked once per version into .cache: it takes some seconds. Made aside and renamed, so it is whole or absent. */
async function unpackedChromium(): Promise<string> {
  const home = path.resolve(path.dirname(require.resolve('@sparticuz/chromium')), '..')
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string }
  const folder = path.join(repository, '.cache', `chromium-${version}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  // The package unpacks into TMPDIR and changes its process's environment: let it do so in one of its own.
  const unpack = `const { default: chromium } = await import(${JSON.stringify(import.meta.resolve('@sparticuz/chromium'))})
    await chromium.executablePath()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', unpack], {
    // By this name of a runtime it knows to unpack the libraries too.
    env: { ...process.env, TMPDIR: unfinished, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  if (code !== 0) throw new Error(`Chromium could not be unpacked into ${unfinished}`)
  try {
    renameSync(unfinished, folder)
  } catch (cause) {
    // Another test process was quicker.
    if (!existsSync(folder)) throw cause
    rmSync(unfinished, { recursive: true })
  }
  return folder
}

/** Only fonts that come with the repository's packages: Latin, Greek and Cyrillic, Arabic, symbols, monospaced. */
function writeFontSettings(temporary: string, unpacked: string): string {
  const folders = [
    path.join(unpacked, 'fonts', 'fonts'),
    path.dirname(require.resolve('@expo-google-fonts/noto-sans-arabic/package.json')),
    path.join(path.dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf'),
  ]
  const families = {
    'sans-serif': ['Open Sans', 'Noto Sans Arabic', 'DejaVu Sans'],
    'system-ui': ['Open Sans', 'Noto Sans Arabic', 'DejaVu Sans'],
    serif: ['DejaVu Serif', 'Noto Sans Arabic'],
    monospace: ['DejaVu Sans Mono'],
  }
  const aliases = Object.entries(families).map(
    ([name, chosen]) =>
      `<alias binding="strong"><family>${name}</family><prefer>${chosen.map((family) => `<family>${family}</family>`).join('')}</prefer></alias>`,
  )
  const file = path.join(temporary, 'fonts.conf')
  writeFileSync(
    file,
    [
      '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
      ...folders.map((folder) => `<dir>${folder}</dir>`),
      `<cachedir>${path.join(unpacked, 'fontcache')}</cachedir>`,
      ...aliases,
      '</fontconfig>',
    ].join('\n'),
  )
  return file
}
