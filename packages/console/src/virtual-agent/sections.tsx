/** The pages of authoring, in the order in which one works: what is said, what is checked, what is published. */
import type { ReactNode } from 'react'
import type { Fault, VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { IconName } from '../design/icons.tsx'
import { faultsBelow } from './draft-store.ts'
import { FlowsSection } from './flows/flows-section.tsx'
import { IntentsSection } from './intents/intents-section.tsx'
import { KnowledgeSection } from './knowledge/knowledge-section.tsx'
import { OverviewSection } from './overview/overview-section.tsx'
import { PastSection } from './past/past-section.tsx'
import { PhrasesSection } from './phrases/phrases-section.tsx'
import { ReplaySection } from './replay/replay-section.tsx'
import { ReviewSection } from './review/review-section.tsx'
import { ResultsSection } from './results/results-section.tsx'
import { ToolsSection } from './tools/tools-section.tsx'
import { VersionsSection } from './versions/versions-section.tsx'

export interface AuthoringSection {
  id: string
  name: string
  icon: IconName
  lead: string
  /** Fields of the definition that are edited here. */
  fields: readonly string[]
  /** Two things stand beside one another. */
  wide?: true
  show(overview: VirtualAgentOverview<Definition>): ReactNode
}

export const sections: readonly AuthoringSection[] = [
  {
    id: 'overview',
    name: 'Overview',
    icon: 'bot',
    lead: 'What answers your visitors now, and what comes next.',
    fields: ['name', 'language', 'triggers', 'approvedOnly', 'version'],
    show: (overview) => <OverviewSection overview={overview} />,
  },
  {
    id: 'intents',
    name: 'Intents',
    icon: 'target',
    lead: 'What visitors want, in their own words, and what is done about it.',
    fields: ['intents'],
    show: () => <IntentsSection />,
  },
  {
    id: 'flows',
    name: 'Flows',
    icon: 'branch',
    lead: 'How one matter is settled, step by step: what is asked, what is looked up, what is said.',
    fields: ['flows'],
    wide: true,
    show: () => <FlowsSection />,
  },
  {
    id: 'tools',
    name: 'Tools',
    icon: 'bolt',
    lead: 'Your own systems that a flow may ask, and the limits that hold whatever is said.',
    fields: ['tools'],
    show: ({ secrets }) => <ToolsSection secrets={secrets} />,
  },
  {
    id: 'phrases',
    name: 'Phrases',
    icon: 'quote',
    lead: 'What it says around the answers: its greeting, its questions, its good-bye.',
    fields: ['phrases'],
    show: () => <PhrasesSection />,
  },
  {
    id: 'knowledge',
    name: 'Knowledge',
    icon: 'book',
    lead: 'Articles that it may quote, word for word, once a second person has approved them.',
    fields: [],
    show: () => <KnowledgeSection />,
  },
  {
    id: 'past',
    name: 'From conversations',
    icon: 'inbox',
    lead: 'What people really wrote becomes examples. Reading it is logged like every reading.',
    fields: [],
    show: () => <PastSection />,
  },
  {
    id: 'review',
    name: 'Review',
    icon: 'chart',
    lead: 'How well the draft understands what it has not seen before, and what it takes for something else.',
    fields: [],
    show: (overview) => <ReviewSection overview={overview} />,
  },
  {
    id: 'replay',
    name: 'Replay',
    icon: 'reopen',
    lead: 'Past conversations, answered once more by the draft: what would be different.',
    fields: [],
    show: (overview) => <ReplaySection overview={overview} />,
  },
  {
    id: 'versions',
    name: 'Versions',
    icon: 'layers',
    lead: 'What waits for a second person, what is in force, and everything that ever was.',
    fields: [],
    show: (overview) => <VersionsSection overview={overview} />,
  },
  {
    id: 'results',
    name: 'Results',
    icon: 'done',
    lead: 'What came of its conversations. Every number opens to the conversations that make it.',
    fields: [],
    show: () => <ResultsSection />,
  },
]

export function faultsOfSection(section: AuthoringSection, faults: readonly Fault[]): readonly Fault[] {
  return section.fields.flatMap((field) => faultsBelow(faults, field))
}

/** Where a fault is put right; the overview where no page edits the field. */
export function sectionOfFault(fault: Fault): AuthoringSection {
  return sections.find((section) => faultsOfSection(section, [fault]).length > 0) ?? sections[0]!
}
