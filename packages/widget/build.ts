/**
 * Builds the widget into `dist/`: the same sources give the same bytes, and more bytes than the budgets allow are
 * no build. Run as `node packages/widget/build.ts`.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, transform, type BuildOptions } from 'esbuild'
import { cardFieldSigns, frameAttributes, proofTexts, said, type Launcher } from './src/loader/launcher.ts'

/** Every page view of every tenant loads this much (brotli). */
export const loaderBytesMax = 2_048
/** From the click until the chat can be used: loader, what it draws, document and script together (gzip). */
export const usableBytesMax = 25 * 1024

/** Stands where a server puts the pin of its trust root; as long as one (`packages/release/src/root.ts`). */
const pinPlaceholder = '@candor-pin:'.padEnd(44, '0')

/** `dist/manifest.json` */
export interface WidgetManifest {
  /** `template` becomes `loader.<hash>.js` when the pin is in it. The size is that of the worst of some pins. */
  loader: { template: string; brotli: number }
  /** Served beside the loader, under this very name, as long as a page has that loader. */
  launcher: { file: string; integrity: string }
  /** What is in `dist/release/`: served under `/w/<id of the release>/`. */
  files: Record<string, string>
  /** For the documents, with `<o>` and `<w>` for the server's two origins. */
  csp: string
}

/**
 * Scripts and styles run by their digest alone: who alters a document can add nothing to it. `connect-src` is our own
 * server; `trusted-types 'none'` leaves no way to turn a string into code or markup. `frame-ancestors` is free: which
 * sites may embed a tenant's chat is the server's answer to the hello.
 */
const framePolicy = (scripts: string[], style: string): string =>
  [
    `default-src 'none'`,
    `script-src ${scripts.map((digest) => `'${digest}'`).join(' ')}`,
    `style-src '${style}'`,
    `connect-src <o> <w>`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ')

const root = import.meta.dirname
const source = path.join(root, 'src')

const common: BuildOptions = {
  bundle: true,
  minify: true,
  write: false,
  charset: 'utf8',
  // light-dark() and :focus-visible, which the style needs anyway, are younger than this.
  target: 'es2022',
  legalComments: 'none',
  absWorkingDir: root,
  logLevel: 'warning',
}

/** @param into a folder of its own: what is in it goes. */
export async function buildWidget(
  into = path.join(root, 'dist'),
  print = console.log,
): Promise<WidgetManifest> {
  const release = new Map<string, Buffer>()
  const guard = await script({ ...common, format: 'esm', stdin: entry(guardEntry) })
  release.set('guard.js', guard)
  const style = await minifiedStyle(path.join(source, 'frame/frame.css'))
  for (const language of languages()) {
    const content = await script({
      ...common,
      format: 'iife',
      stdin: entry(`import { messages } from './frame/messages/${language}.ts'
        import { startFrame } from './frame/frame.tsx'
        startFrame(messages)`),
      define: { guardFile: JSON.stringify('guard.js'), guardIntegrity: JSON.stringify(integrity(guard)) },
    })
    release.set(`${language}.js`, content)
    release.set(`${language}.html`, Buffer.from(document(language, integrity(content), style)))
  }

  const launcher = Buffer.from(
    JSON.stringify({
      ...said,
      ...cardFieldSigns,
      frame: frameAttributes,
      proof: proofTexts,
      style: (await minifiedStyle(path.join(source, 'loader/launcher.css'))).toString(),
    } satisfies Launcher),
  )
  const launcherFile = `launcher.${createHash('sha256').update(launcher).digest('hex').slice(0, 8)}.json`
  const loader = await script({
    ...common,
    format: 'iife',
    entryPoints: [path.join(source, 'loader/loader.ts')],
    define: {
      pin: JSON.stringify(pinPlaceholder),
      launcherFile: JSON.stringify(launcherFile),
      // The shorter digest: it is in every loader.
      launcherIntegrity: JSON.stringify('sha256-' + createHash('sha256').update(launcher).digest('base64')),
    },
    // Without the settings of the type checker, which would have it say "use strict": 10 bytes.
    tsconfigRaw: {},
  })

  const files = new Map([...release].sort(([one], [other]) => (one < other ? -1 : 1)))
  for (const [file, content] of [['loader.js', loader], [launcherFile, launcher], ...files] as const)
    print(
      `${file.padEnd(24)} ${String(content.length).padStart(7)} B  gzip ${gzip(content)}  brotli ${brotli(content)}`,
    )
  const sizes = {
    loader: worstWithPin(loader),
    usable: Math.max(
      ...languages().map((language) =>
        [loader, launcher, files.get(`${language}.html`)!, files.get(`${language}.js`)!].reduce(
          (sum, content) => sum + gzip(content),
          0,
        ),
      ),
    ),
  }
  print(
    `loader ${sizes.loader} of ${loaderBytesMax} B brotli; until usable ${sizes.usable} of ${usableBytesMax} B gzip`,
  )
  if (sizes.loader > loaderBytesMax)
    throw new Error(`The loader has ${sizes.loader} B, more than ${loaderBytesMax}.`)
  if (sizes.usable > usableBytesMax)
    throw new Error(`Until usable it takes ${sizes.usable} B, more than ${usableBytesMax}.`)

  const scripts = [...files].flatMap(([file, content]) => (file.endsWith('.js') ? [integrity(content)] : []))
  const manifest: WidgetManifest = {
    loader: { template: 'loader.js', brotli: sizes.loader },
    launcher: { file: launcherFile, integrity: integrity(launcher) },
    files: Object.fromEntries([...files].map(([file, content]) => [file, integrity(content)])),
    csp: framePolicy(scripts, integrity(style)),
  }
  rmSync(into, { recursive: true, force: true })
  mkdirSync(path.join(into, 'release'), { recursive: true })
  for (const [file, content] of files) writeFileSync(path.join(into, 'release', file), content)
  writeFileSync(path.join(into, manifest.loader.template), loader)
  writeFileSync(path.join(into, launcherFile), launcher)
  writeFileSync(path.join(into, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
  return manifest
}

const guardEntry = `export * from './frame/guard.ts'`

const languages = (): string[] =>
  readdirSync(path.join(source, 'frame/messages'))
    .filter((file) => file !== 'messages.ts')
    .map((file) => path.basename(file, '.ts'))
    .sort()

const entry = (contents: string): NonNullable<BuildOptions['stdin']> => ({
  contents,
  resolveDir: source,
  loader: 'ts',
})

/** The style is in the document: a request less, and a digest in the policy, which external styles cannot have. */
function document(language: string, scriptIntegrity: string, style: Buffer): string {
  const direction = language === 'ar' ? 'rtl' : 'ltr'
  return [
    `<!doctype html><html lang="${language}" dir="${direction}"><meta charset="utf-8"><title>Chat</title>`,
    `<meta name="viewport" content="width=device-width,initial-scale=1">`,
    `<style>${style.toString()}</style>`,
    `<script src="${language}.js" defer crossorigin integrity="${scriptIntegrity}"></script>\n`,
  ].join('')
}

/** A pin is noise, so a loader's size differs by some bytes from one installation to the next. */
function worstWithPin(loader: Buffer): number {
  const pins = Array.from({ length: 64 }, (_, i) => createHash('sha256').update(`pin ${i}`).digest('base64'))
  return Math.max(...pins.map((pin) => brotli(Buffer.from(loader.toString().replace(pinPlaceholder, pin)))))
}

async function script(options: BuildOptions): Promise<Buffer> {
  const { outputFiles } = await build(options)
  return Buffer.from(outputFiles![0]!.contents)
}

async function minifiedStyle(file: string): Promise<Buffer> {
  const { code } = await transform(readFileSync(file, 'utf8'), {
    loader: 'css',
    minify: true,
    charset: 'utf8',
  })
  // Custom properties are kept as written; no value of ours needs a space behind its colon or comma.
  return Buffer.from(code.trim().replace(/(--[\w-]+:) /g, '$1'))
}

const integrity = (content: Buffer): string =>
  'sha384-' + createHash('sha384').update(content).digest('base64')
const gzip = (content: Buffer): number => gzipSync(content, { level: 9 }).length
const brotli = (content: Buffer): number =>
  brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  }).length

if (import.meta.main) await buildWidget()
