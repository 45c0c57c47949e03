/** What one flush brought of one tenant, as written: for whoever judges it. */
export interface ObservedBatch {
  tenant: string
  at: number
  views: ObservedView[]
  hashes: ObservedHash[]
  violations: ObservedViolation[]
  /** Page views that hash reports were joined to for the first time, by template. */
  joined: ReadonlyMap<number, number>
  /** Networks whose reports were refused, and how many; more than these, in all. */
  refused: { networks: ReadonlyMap<string, number>; count: number }
}

interface Observed {
  template: number
  page: string
  at: number
  network: string
}

export interface ObservedView extends Observed {
  view: string
  cardFields: boolean
  pinned: boolean
  loader: string
  release: string
  fault: '' | 'silent' | 'unverified'
  /** Addresses without query; of a view that was told of before, only what is new. */
  scripts: string[]
  /** This view was told of before, and counts once. */
  again: boolean
}

export interface ObservedHash extends Observed {
  browser: string
  script: string
  /** '' where the browser told the address alone. */
  hash: string
}

export interface ObservedViolation extends Observed {
  directive: string
  /** Origin, or what the browser writes instead: `inline`, `eval`, `data`. */
  target: string
  /** The whole address without query, where it is one. */
  script: string | null
  enforced: boolean
  policy: string
}
