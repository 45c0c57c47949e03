/**
 * Builds the widget into `dist/`: the same sources give the same bytes, and more bytes than the budgets allow are
 * no build. Run as `node packages/widget/build.ts`.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, transform, type BuildOptions, type Plugin } from 'esbuild'

/** Every page view of every tenant loads this much (brotli). */
export const loaderBytesMax = 2_048
/** From the click until the chat can be used: loader, document, script and style together (gzip). */
export const usableBytesMax = 25 * 1024

export interface WidgetManifest {
  loader: { path: string; integrity: string; bytes: number; brotli: number }
  /** `html`, `js` and `css` are the English document and its parts; `languages` has the document of each language. */
  frame: {
    html: string
    js: string
    css: string
    guard: string
    languages: Record<string, string>
    /** Content-Security-Policy of the documents, with `<origin>` and `<wsorigin>` to be put in. */
    csp: string
  }
}

/**
 * Nothing but our own files and our own server. `script-src` names the folder and no `unsafe-*`; `trusted-types
 * 'none'` leaves no way to turn a string into code or markup. `frame-ancestors` is free: which sites may embed a
 * tenant's chat is the server's answer to the hello.
 */
const framePolicy = [
  `default-src 'none'`,
  `script-src <origin>/w/`,
  `style-src <origin>/w/`,
  `connect-src <origin> <wsorigin>`,
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
  const files = new Map<string, Buffer>()
  const put = (name: string, extension: string, content: Buffer): string => {
    const file = `${name}.${createHash('sha256').update(content).digest('hex').slice(0, 8)}.${extension}`
    files.set(file, content)
    return file
  }

  const css = put('frame', 'css', await minifiedStyle(path.join(source, 'frame/frame.css')))
  const guard = put('guard', 'js', await script({ ...common, format: 'esm', stdin: entry(guardEntry) }))
  const scripts = new Map<string, string>()
  for (const language of languages()) {
    const content = await script({
      ...common,
      format: 'iife',
      stdin: entry(`import { messages } from './frame/messages/${language}.ts'
        import { startFrame } from './frame/frame.tsx'
        startFrame(messages)`),
      define: { guardFile: JSON.stringify(guard) },
    })
    scripts.set(language, put(`frame.${language}`, 'js', content))
  }
  // One name for the documents of all languages, so that the loader only adds the language.
  const documents = new Map(
    [...scripts].map(([language, js]) => [language, document(language, js, css, files)]),
  )
  const stamp = createHash('sha256')
    .update([...documents.values()].join())
    .digest('hex')
    .slice(0, 8)
  for (const [language, html] of documents) files.set(`frame.${stamp}.${language}.html`, Buffer.from(html))

  const loaderStyle = await minifiedStyle(path.join(source, 'loader/launcher.css'))
  const loaderCode = await script({
    ...common,
    format: 'iife',
    entryPoints: [path.join(source, 'loader/loader.ts')],
    define: { framePath: JSON.stringify(`frame.${stamp}.`) },
    plugins: [styleAsText(loaderStyle)],
    // Without the settings of the type checker, which would have it say "use strict": 10 bytes.
    tsconfigRaw: {},
  })
  const loader = put('loader', 'js', loaderCode)

  const sizes = {
    loader: brotli(loaderCode),
    usable: Math.max(
      ...[...scripts].map(([language, js]) =>
        [loader, `frame.${stamp}.${language}.html`, js, css].reduce(
          (sum, file) => sum + gzip(files.get(file)!),
          0,
        ),
      ),
    ),
  }
  for (const [file, content] of files)
    print(
      `${file.padEnd(32)} ${String(content.length).padStart(7)} B  gzip ${gzip(content)}  brotli ${brotli(content)}`,
    )
  print(
    `loader ${sizes.loader} of ${loaderBytesMax} B brotli; until usable ${sizes.usable} of ${usableBytesMax} B gzip`,
  )
  if (sizes.loader > loaderBytesMax)
    throw new Error(`The loader has ${sizes.loader} B, more than ${loaderBytesMax}.`)
  if (sizes.usable > usableBytesMax)
    throw new Error(`Until usable it takes ${sizes.usable} B, more than ${usableBytesMax}.`)

  const manifest: WidgetManifest = {
    loader: {
      path: `/w/${loader}`,
      integrity: integrity(loaderCode),
      bytes: loaderCode.length,
      brotli: sizes.loader,
    },
    frame: {
      html: `/w/frame.${stamp}.en.html`,
      js: `/w/${scripts.get('en')}`,
      css: `/w/${css}`,
      guard: `/w/${guard}`,
      languages: Object.fromEntries(
        [...documents.keys()].map((each) => [each, `/w/frame.${stamp}.${each}.html`]),
      ),
      csp: framePolicy,
    },
  }
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  for (const [file, content] of files) writeFileSync(path.join(into, file), content)
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

function document(language: string, js: string, css: string, files: Map<string, Buffer>): string {
  const direction = language === 'ar' ? 'rtl' : 'ltr'
  return [
    `<!doctype html><html lang="${language}" dir="${direction}"><meta charset="utf-8"><title>Chat</title>`,
    `<meta name="viewport" content="width=device-width,initial-scale=1">`,
    `<link rel="stylesheet" href="${css}" crossorigin integrity="${integrity(files.get(css)!)}">`,
    `<script src="${js}" defer crossorigin integrity="${integrity(files.get(js)!)}"></script>\n`,
  ].join('')
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

const styleAsText = (style: Buffer): Plugin => ({
  name: 'style as text',
  setup: ({ onLoad }) => onLoad({ filter: /\.css$/ }, () => ({ contents: style, loader: 'text' })),
})

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
