/**
 * The widget for a tenant's TypeScript: loads the loader as the script tag would, and gives its commands types.
 * `const chat = await loadCandor({ src, integrity, tenant: 'aurora-air' }); chat.on('unread', (count) => …)`
 */

export interface CandorOptions {
  /** Address of the loader, with its hash: `https://chat.example/w/loader.<hash>.js`. */
  src: string
  /** `sha384-…` of that file. It is asked for on purpose: an unpinned script could be any script tomorrow. */
  integrity: string
  /** Public id of the tenant. */
  tenant: string
  /** Otherwise the language of the page, then of the browser. */
  locale?: 'en' | 'es' | 'de' | 'ar'
  position?: 'start' | 'end'
  /** `#rrggbb` for the launcher. */
  accent?: string
  /** For pages whose script-src asks for one. */
  nonce?: string
}

/** What `on` reports, and with which detail. No event carries text of a conversation. */
export interface CandorEvents {
  ready: undefined
  open: undefined
  close: undefined
  message: undefined
  /** Messages that were not seen. */
  unread: number
  /** Why chat does not open here: `card_fields_page`. */
  refused: string
  /** A code of docs/errors.md, `unavailable` (the frame is silent) or `unverified` (no release could be verified). */
  error: string
}

export type CandorValues = Record<string, string | number | boolean>

export interface CandorWidget {
  show(): void
  hide(): void
  toggle(): void
  /** A short-lived JWT that your server signed for the person who is signed in. */
  identify(jwt: string): void
  track(name: string, properties?: CandorValues): void
  /** Facts about the visitor for those who answer. Card data in them is masked. */
  set(traits: CandorValues): void
  /** Answers the function that ends it. */
  on<E extends keyof CandorEvents>(event: E, listener: (detail: CandorEvents[E]) => void): () => void
  /** Logs out and takes the widget away; nothing of the conversation stays in this browser. */
  shutdown(): void
  /** Begins again after `shutdown`, as a new visitor. */
  boot(): void
}

type Candor = (command: string, ...args: unknown[]) => void

/** MUST be called once per page. Rejects when the loader cannot be loaded or is not the one that was pinned. */
export async function loadCandor(options: CandorOptions): Promise<CandorWidget> {
  const script = document.createElement('script')
  script.async = true
  script.crossOrigin = 'anonymous'
  script.integrity = options.integrity
  if (options.nonce !== undefined) script.nonce = options.nonce
  script.dataset['tenant'] = options.tenant
  for (const name of ['locale', 'position', 'accent'] as const)
    if (options[name] !== undefined) script.dataset[name] = options[name]
  setSource(script, options.src)
  await new Promise<void>((resolve, reject) => {
    script.onload = () => resolve()
    script.onerror = () =>
      reject(new Error(`The Candor loader did not load from ${options.src}, or is not the pinned one.`))
    document.head.append(script)
  })
  const call = (window as unknown as { candor: Candor }).candor
  return {
    show: () => call('show'),
    hide: () => call('hide'),
    toggle: () => call('toggle'),
    identify: (jwt) => call('identify', jwt),
    track: (name, properties = {}) => call('track', name, properties),
    set: (traits) => call('set', traits),
    on(event, listener) {
      const heard = (happened: Event): void =>
        listener((happened as CustomEvent<CandorEvents[typeof event]>).detail)
      call('on', event, heard)
      return () => call('off', event, heard)
    },
    shutdown: () => call('shutdown'),
    boot: () => call('boot'),
  }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

/**
 * A page that requires Trusted Types lets no plain string become a script's address. The policy is named `candor`
 * (allow it with `trusted-types candor`) and makes this one address and no other.
 */
function setSource(script: HTMLScriptElement, src: string): void {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes
  script.src = types ? types.createPolicy('candor', { createScriptURL: () => src }).createScriptURL(src) : src
}
