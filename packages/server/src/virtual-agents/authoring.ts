import type { Role } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type {
  By,
  Draft,
  DraftReview,
  ToolSecret,
  TrainingStatus,
  VersionSummary,
  VirtualAgentOverview,
} from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { reviewDefinition, type Review } from '@candor/virtual-agent/review.ts'
import type { Actor } from '../tenants/actor.ts'
import { refuseField } from '../tenants/fields.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import { permissions } from '../tenants/roles.ts'
import { listOf, partsOf, type AgentParts } from './agent-parts.ts'
import type { Articles } from './article-store.ts'
import { requireDefinition } from './check-definition.ts'
import type { CurrentAgents } from './current-agent.ts'
import type { Drafts, StoredDraft } from './drafts.ts'
import type { ToolSecrets } from './tool-secrets.ts'
import type { Trained } from './trained.ts'
import type { Training } from './training.ts'
import type { Versions } from './versions.ts'

/** From a draft to what visitors read: written, trained, reviewed, proposed, approved by somebody else. */
export interface Authoring {
  overview(by: Actor): Promise<VirtualAgentOverview<Definition>>
  draft(tenant: string): Promise<Draft<Definition>>
  save(by: Actor, revision: number, definition: unknown): Promise<Draft<Definition>>
  discard(by: Actor, revision: number): Promise<Draft<Definition>>
  /** Of the draft as saved. @throws Refusal `not_found` when there is none, `busy` */
  train(by: Actor): Promise<TrainingStatus>
  /** @throws Refusal `not_trained` */
  review(tenant: string): Promise<DraftReview<Review>>
  /**
   * Frozen as it is now. The same request again answers what it made.
   * @throws Refusal `draft_changed` for another revision, `not_trained`, `version_state` while another one waits,
   * `second_person_needed` when there is nobody else who could approve it.
   */
  propose(by: Actor, request: string, revision: number, note: string): Promise<VersionSummary>
  /**
   * What the installation itself brings along, a demo's or the first one of a tenant: in force without a second
   * person. No request leads here. @throws Refusal `invalid_field` with all faults
   */
  publishAsInstallation(tenant: string, definition: unknown, note: string): Promise<VersionSummary>
  /** For a tool of the draft, sent to the origin of its address there and no other. @throws Refusal `not_found` */
  setToolSecret(by: Actor, tool: string, secret: unknown): Promise<ToolSecret>
}

export function openAuthoring(options: {
  drafts: Drafts
  versions: Versions
  trained: Trained
  articles: Articles
  training: Training
  secrets: ToolSecrets
  agents: Pick<CurrentAgents, 'currentAgent'>
  guardFormats: FormatsOf
  people(tenant: string): Promise<{ id: string; name: string; role: Role; deactivatedAt: string | null }[]>
}): Authoring {
  const { drafts, versions, trained, articles, training, secrets, agents, guardFormats, people } = options

  async function approversFor(by: Actor): Promise<By[]> {
    const all = await people(by.tenant)
    return all
      .filter(
        ({ id, role, deactivatedAt }) =>
          id !== by.id && deactivatedAt === null && permissions[role].has('virtual-agent.approve'),
      )
      .map(({ id, name }) => ({ id, name }))
  }

  async function shown(tenant: string, stored: StoredDraft): Promise<Draft<Definition>> {
    const { revision, definition, savedBy, savedAt } = stored
    const inForce = stored.own ? await versions.inForce(tenant) : null
    return {
      revision,
      definition,
      savedBy,
      savedAt,
      changed: stored.own && JSON.stringify(inForce?.definition) !== JSON.stringify(definition),
      trained:
        definition !== null && (await isTrained(tenant, await partsOf(articles, tenant, definition, null))),
    }
  }

  async function mustHaveDraft(tenant: string): Promise<StoredDraft & { definition: Definition }> {
    const draft = await drafts.draft(tenant)
    if (draft.definition === null) throw new Refusal('not_found', 'There is no draft yet: save one first.')
    return { ...draft, definition: draft.definition }
  }

  async function isTrained(tenant: string, parts: AgentParts): Promise<boolean> {
    const have = await trained.have(
      tenant,
      listOf(parts).map(({ hash }) => hash),
    )
    return have.every(Boolean)
  }

  async function reviewOf(
    tenant: string,
    definition: Definition,
  ): Promise<{ parts: AgentParts; report: Review }> {
    const parts = await partsOf(articles, tenant, definition, null)
    if (!(await isTrained(tenant, parts))) throw new Refusal('not_trained')
    const crossValidation = parts.model && (await trained.crossValidation(tenant, parts.model.hash))
    return { parts, report: reviewDefinition(definition, crossValidation) }
  }

  return {
    async overview(by) {
      const { tenant } = by
      const [current, proposal, inForce, draft, approvers, kept] = await Promise.all([
        versions.current(tenant),
        versions.proposal(tenant),
        versions.inForce(tenant),
        drafts.draft(tenant).then((stored) => shown(tenant, stored)),
        approversFor(by),
        secrets.list(tenant),
      ])
      return {
        current,
        script: inForce?.script ? inForce.version : null,
        draft,
        proposal,
        training: training.status(tenant),
        approvers,
        secrets: kept,
      }
    },

    draft: async (tenant) => shown(tenant, await drafts.draft(tenant)),
    save: async (by, revision, definition) => shown(by.tenant, await drafts.save(by, revision, definition)),
    discard: async (by, revision) => shown(by.tenant, await drafts.discard(by, revision)),

    async train(by) {
      const { revision, definition } = await mustHaveDraft(by.tenant)
      return training.start(by, revision, listOf(await partsOf(articles, by.tenant, definition, null)))
    },

    async review(tenant) {
      const { revision, definition } = await mustHaveDraft(tenant)
      const { report } = await reviewOf(tenant, definition)
      return { revision, report }
    },

    async propose(by, request, revision, note) {
      const known = await versions.proposedBy(by.tenant, request)
      if (known !== null) return known
      const draft = await mustHaveDraft(by.tenant)
      if (draft.revision !== revision)
        throw new Refusal(
          'draft_changed',
          `${draft.savedBy?.name ?? 'Somebody'} saved revision ${draft.revision} in between: look at it before you propose it.`,
          { field: 'revision' },
        )
      const { parts, report } = await reviewOf(by.tenant, draft.definition)
      if ((await approversFor(by)).length === 0)
        throw new Refusal(
          'second_person_needed',
          'Nobody else here may approve this. Add a second person who may (a supervisor, an administrator or a privacy officer) under Settings, People.',
        )
      return versions.propose(by, request, {
        definition: draft.definition,
        modelHash: parts.model?.hash ?? null,
        indexHash: parts.index?.hash ?? null,
        report,
        note,
      })
    },

    async publishAsInstallation(tenant, value, note) {
      const { definition } = await requireDefinition(value, await guardFormats(tenant))
      const what = { definition, modelHash: null, indexHash: null, report: null, note }
      const version = await versions.publishAsInstallation(tenant, what)
      // The first visitor should not be the one who waits for it, and it is trained meanwhile.
      await agents.currentAgent(tenant)
      return version
    },

    async setToolSecret(by, tool, secret) {
      const { definition } = await mustHaveDraft(by.tenant)
      const known = definition.tools.find(({ id }) => id === tool)
      if (known === undefined) throw new Refusal('not_found', 'The draft has no such tool: save it first.')
      if (!URL.canParse(known.url)) refuseField('tool', 'has no address that a secret could be sent to')
      return secrets.set(by, tool, known.url, secret)
    },
  }
}
