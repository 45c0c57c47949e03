import type { WatcherProfile } from '@candor/protocol/integrity-api.ts'
import type { BrowserContextOptions } from 'playwright-core'

/** Who comes to the page. */
export interface Shopper {
  context: BrowserContextOptions
  /** Has been here before: the page is visited once without doing anything, with what it stores kept. */
  returning: boolean
  /** Goes through the tenant's steps first. */
  withCart: boolean
}

/** @param version of the browser, such as 153.0.8010.0: who says it is another one is found out by its features. */
export function shopperOf(profile: WatcherProfile, version: string, now: Date): Shopper {
  const major = version.split('.')[0]!
  const desktop: BrowserContextOptions = {
    viewport: { width: 1440, height: 900 },
    userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`,
    locale: 'en-US',
    timezoneId: 'America/New_York',
    acceptDownloads: false,
    // A page's service worker would answer instead of its server.
    serviceWorkers: 'allow',
  }
  switch (profile) {
    case 'desktop':
      return { context: desktop, returning: true, withCart: false }
    case 'cart':
      return { context: desktop, returning: true, withCart: true }
    case 'phone':
      return {
        context: {
          ...desktop,
          viewport: { width: 412, height: 915 },
          deviceScaleFactor: 2.625,
          isMobile: true,
          hasTouch: true,
          userAgent: `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Mobile Safari/537.36`,
        },
        returning: true,
        withCart: false,
      }
    case 'night':
      return { context: { ...desktop, timezoneId: nightZone(now) }, returning: true, withCart: false }
    case 'fresh':
      return {
        context: {
          ...desktop,
          locale: 'de-DE',
          timezoneId: 'Europe/Berlin',
          viewport: { width: 1280, height: 720 },
        },
        returning: false,
        withCart: false,
      }
  }
}

/**
 * Where it is between two and four in the morning now: the browser's clock is right and its zone says night, with
 * nothing put into the page that it could notice.
 */
export function nightZone(now: Date): string {
  const zones = [
    'Pacific/Auckland', 'Australia/Sydney', 'Asia/Tokyo', 'Asia/Shanghai', 'Asia/Bangkok', 'Asia/Dhaka',
    'Asia/Karachi', 'Asia/Dubai', 'Europe/Istanbul', 'Europe/Berlin', 'Europe/London', 'Atlantic/Azores',
    'America/Sao_Paulo', 'America/Halifax', 'America/New_York', 'America/Chicago', 'America/Denver',
    'America/Los_Angeles', 'America/Anchorage', 'Pacific/Honolulu', 'Pacific/Pago_Pago', 'Pacific/Noumea',
    'America/Noronha', 'Atlantic/Cape_Verde',
  ] // prettier-ignore
  const hour = (zone: string): number =>
    Number(
      new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: zone }).format(now),
    )
  const distance = (zone: string): number => Math.min(Math.abs(hour(zone) - 3), 24 - Math.abs(hour(zone) - 3))
  return zones.reduce((best, zone) => (distance(zone) < distance(best) ? zone : best))
}
