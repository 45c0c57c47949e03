import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import { widgetFileHeaders } from './security-headers.ts'
import { readFolder, serveFiles } from './static-files.ts'

/** What `packages/widget/build.ts` wrote into `dist/manifest.json`. */
export interface WidgetManifest {
  loader: { path: string; integrity: string }
  frame: { html: string; csp: string }
}

export function readWidgetManifest(folder: string): WidgetManifest | null {
  const file = path.join(folder, 'manifest.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as WidgetManifest) : null
}

/** Immutable files under `/w/`; the frame's document carries its own policy, with our origin filled in. */
export function widgetFileRoutes(
  folder: string,
  manifest: WidgetManifest,
  publicUrl: () => string,
): FastifyPluginAsync {
  return async (app) => {
    serveFiles(app, '/w/', () => {
      const headers = widgetFileHeaders(publicUrl())
      const { origin } = new URL(publicUrl())
      const policy = manifest.frame.csp
        .replaceAll('<wsorigin>', origin.replace(/^http/, 'ws'))
        .replaceAll('<origin>', origin)
      const files = readFolder(folder, (name) =>
        name.endsWith('.html') ? { ...headers, 'content-security-policy': policy } : headers,
      )
      files.delete('manifest.json')
      return files
    })
  }
}
