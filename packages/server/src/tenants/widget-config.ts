import type { WidgetConfig } from '@candor/protocol/frames.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import { checkLine, nameCharactersMax, refuseField } from './fields.ts'
import { openHeld } from './held.ts'
import { isSecureUrl, type Tenant } from './tenant-directory.ts'

export interface WidgetConfigs {
  /** What the tenant saved, else the defaults under its name. */
  widgetConfig(tenant: string): Promise<WidgetConfig>
  /** @throws Refusal `invalid_field` naming the field and what would be right. */
  saveWidgetConfig(by: Actor, config: unknown): Promise<WidgetConfig>
}

/** Languages that the widget comes with. */
export const shippedLocales = ['en', 'es', 'de', 'ar'] as const

/** A greeting is read at a glance. */
const greetingCharactersMax = 500
const urlCharactersMax = 2_048
/** WCAG 2.2, 1.4.3: text of normal size. */
const contrastMin = 4.5
const tenantsHeldMax = 10_000

export function openWidgetConfigs(options: {
  store: Store
  clock: Clock
  tenant: (id: string) => Promise<Tenant>
}): WidgetConfigs {
  const { store, clock } = options
  const held = openHeld<WidgetConfig>({ entriesMax: tenantsHeldMax, clock })

  async function load(tenant: string): Promise<WidgetConfig> {
    const [row] = await store.read(tenant, (q) => q<{ config: unknown }>('select config from widget_configs'))
    // Parsed again: whoever writes into the database past us still puts nothing into a page.
    return row === undefined
      ? defaultConfig((await options.tenant(tenant)).name)
      : parseWidgetConfig(row.config)
  }

  return {
    widgetConfig: (tenant) => held.get(tenant, () => load(tenant)),

    async saveWidgetConfig(by, given) {
      const config = parseWidgetConfig(given)
      await store.write(by.tenant, (q) =>
        q(
          `insert into widget_configs (tenant_id, config, saved_by, saved_at) values ($1, $2, $3, $4)
           on conflict (tenant_id) do update set config = $2, saved_by = $3, saved_at = $4`,
          [by.tenant, JSON.stringify(config), by.id, new Date(clock.now())],
        ),
      )
      held.drop(by.tenant)
      return config
    },
  }
}

function defaultConfig(name: string): WidgetConfig {
  return {
    name,
    accent: '#0b5cad',
    accentDark: '#7ab8ff',
    position: 'end',
    greeting: 'Hello! How can we help?',
    payUrl: null,
    privacyUrl: null,
    locales: [...shippedLocales],
  }
}

/** Every field is there and is exactly what it may be; there is no other field. */
export function parseWidgetConfig(value: unknown): WidgetConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuseField('config', 'is an object')
  const given = value as Record<string, unknown>
  for (const field of Object.keys(given))
    if (!(fields as readonly string[]).includes(field)) refuseField(field, 'is not known')
  const { position, locales } = given
  if (position !== 'end' && position !== 'start') refuseField('position', 'is "end" or "start"')
  return {
    name: checkLine(given['name'], 'name', nameCharactersMax),
    accent: readableColour(given['accent'], 'accent', '#ffffff'),
    accentDark: readableColour(given['accentDark'], 'accentDark', '#000000'),
    position,
    greeting: checkLine(given['greeting'], 'greeting', greetingCharactersMax),
    payUrl: link(given['payUrl'], 'payUrl'),
    privacyUrl: link(given['privacyUrl'], 'privacyUrl'),
    locales: parseLocales(locales),
  }
}

/** Contrast ratio of two `#rrggbb` colours (WCAG 2.2, "contrast ratio"), 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [dark, light] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}

const fields = [
  'name',
  'accent',
  'accentDark',
  'position',
  'greeting',
  'payUrl',
  'privacyUrl',
  'locales',
] as const satisfies (keyof WidgetConfig)[]

/**
 * White text stands on `accent` and accent-coloured text on the light panel; with `accentDark` it is black and the
 * dark panel. A colour that cannot be read there is answered with the nearest one that can.
 */
function readableColour(value: unknown, field: string, against: '#ffffff' | '#000000'): string {
  if (typeof value !== 'string' || !/^#[0-9a-f]{6}$/i.test(value))
    refuseField(field, 'is a colour like #0b5cad')
  const colour = value.toLowerCase()
  const contrast = contrastOf(colour, against)
  if (contrast >= contrastMin) return colour
  const [words, way] = against === '#ffffff' ? ['white', 'a darker'] : ['black', 'a lighter']
  const nearest = mixedUntilReadable(colour, against)
  refuseField(
    field,
    `has a contrast of ${contrast.toFixed(1)} to ${words}, too little to be read: take ${way} shade such as ${nearest}`,
  )
}

function mixedUntilReadable(colour: string, against: '#ffffff' | '#000000'): string {
  const end = against === '#ffffff' ? 0 : 255
  const channels = channelsOf(colour)
  for (let step = 1; step < 100; step++) {
    const mixed = channels.map((channel) => Math.round(channel + ((end - channel) * step) / 100))
    const hex = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
    if (contrastOf(hex, against) >= contrastMin) return hex
  }
  return against === '#ffffff' ? '#000000' : '#ffffff'
}

function channelsOf(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
}

/** WCAG 2.2, "relative luminance". */
function luminanceOf(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** An absolute link that a browser opens without running anything. Written back as the parser understood it. */
function link(value: unknown, field: string): string | null {
  if (value === null) return null
  if (typeof value !== 'string' || value.length > urlCharactersMax || !URL.canParse(value))
    refuseField(field, 'is null or a URL that begins with https://')
  const url = new URL(value)
  if (!isSecureUrl(url) || url.username !== '' || url.password !== '')
    refuseField(field, 'is null or a URL that begins with https://')
  return url.href
}

function parseLocales(value: unknown): string[] {
  const rule = `is a list of at least one of ${shippedLocales.join(', ')}, each once`
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size !== value.length)
    refuseField('locales', rule)
  for (const locale of value)
    if (!(shippedLocales as readonly unknown[]).includes(locale)) refuseField('locales', rule)
  return value as string[]
}
