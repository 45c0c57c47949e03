/** What visitors wrote, to be picked: by hand, or in groups of what is alike. */
import { useMemo, useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { SuggestionsAnswer } from '@candor/protocol/virtual-agent-api.ts'
import { exampleCharactersMax } from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { api } from '../../live/api-client.ts'
import { useDefinition } from '../draft-context.ts'
import { asWords, exampleOwners } from '../intents/change-intents.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { LanguageChoice } from '../parts/writing-language.tsx'
import { Badge, Nothing, Problem } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { GiveToIntent } from './give-to-intent.tsx'
import type { ReadConversation } from './read-conversations.ts'
import { SuggestedGroup } from './suggested-group.tsx'
import css from './picked-lines.module.css'

interface PickLine {
  id: string
  conversation: string
  text: string
  unanswered: boolean
}

export function PickedLines({ conversations }: { conversations: readonly ReadConversation[] }) {
  const definition = useDefinition()
  const owners = useMemo(() => exampleOwners(definition), [definition])
  const lines = useMemo(() => visitorLines(conversations), [conversations])
  const [picked, setPicked] = useState<ReadonlySet<string>>(
    () => new Set(lines.filter(({ unanswered }) => unanswered).map(({ id }) => id)),
  )
  const [onlyUnanswered, setOnlyUnanswered] = useState(() => lines.some(({ unanswered }) => unanswered))
  const shown = onlyUnanswered ? lines.filter(({ unanswered }) => unanswered) : lines
  const chosen = shown.filter(({ id }) => picked.has(id))
  const group = useMutation({
    mutationFn: () =>
      api.post<SuggestionsAnswer>('/virtual-agent/suggestions', {
        texts: shown.map(({ conversation, text }) => ({ conversation, text })),
      }),
  })
  if (lines.length === 0) return <Nothing>No visitor wrote anything in these conversations.</Nothing>
  const set = (id: string, on: boolean): void => {
    const next = new Set(picked)
    if (on) next.add(id)
    else next.delete(id)
    setPicked(next)
  }
  const clusters = group.data?.clusters
  return (
    <>
      <Section
        title="What is alike"
        lead="Groups of what was asked more than once. Each can become an intent of its own."
      >
        {!clusters ? (
          <div className={parts.row}>
            <Button
              icon="layers"
              isDisabled={shown.length < 2 || group.isPending}
              onPress={() => group.mutate()}
            >
              {group.isPending ? 'Grouping…' : `Group these ${shown.length} texts`}
            </Button>
            <span className={parts.soft}>They are compared in memory and not stored.</span>
          </div>
        ) : clusters.length === 0 ? (
          <p className={parts.soft}>Nothing was asked more than once. Pick single lines below.</p>
        ) : (
          <ul className={css.groups}>
            {clusters.map((cluster) => (
              <SuggestedGroup
                key={cluster.representative}
                cluster={cluster}
                texts={cluster.texts.flatMap((at) => shown[at]?.text ?? [])}
              />
            ))}
          </ul>
        )}
        {group.error && <Problem>{group.error.message}</Problem>}
      </Section>
      <Section
        title="Line by line"
        lead="Take what was asked, not who asked: an example stays when its conversation is erased."
      >
        <div className={parts.stack}>
          <div className={parts.row}>
            {lines.some(({ unanswered }) => unanswered) && (
              <label className={css.only}>
                <input
                  type="checkbox"
                  checked={onlyUnanswered}
                  onChange={(event) => setOnlyUnanswered(event.target.checked)}
                />
                Only what was not understood
              </label>
            )}
            <span className={parts.end} />
            <LanguageChoice />
          </div>
          <ul className={css.lines}>
            {shown.map((line) => {
              const [owner] = owners.get(asWords(line.text)) ?? []
              const long = line.text.length > exampleCharactersMax
              return (
                <li key={line.id}>
                  <label className={css.line}>
                    <input
                      type="checkbox"
                      checked={picked.has(line.id)}
                      disabled={long || owner !== undefined}
                      onChange={(event) => set(line.id, event.target.checked)}
                    />
                    <span className={css.text} dir="auto">
                      {line.text}
                    </span>
                    {owner !== undefined ? (
                      <Badge tone="good">in {nameOfIntentId(definition, owner)}</Badge>
                    ) : long ? (
                      <Badge>too long</Badge>
                    ) : (
                      line.unanswered && <Badge tone="warn">not understood</Badge>
                    )}
                  </label>
                </li>
              )
            })}
          </ul>
          <div className={css.foot}>
            <GiveToIntent
              texts={chosen.filter(({ text }) => !owners.has(asWords(text))).map(({ text }) => text)}
              onGiven={() => setPicked(new Set())}
            />
          </div>
        </div>
      </Section>
    </>
  )
}

/** Each text once, what was not understood first. */
function visitorLines(conversations: readonly ReadConversation[]): PickLine[] {
  const seen = new Set<string>()
  const lines: PickLine[] = []
  for (const { id: conversation, lines: said } of conversations)
    for (const { id, by, text, unanswered } of said) {
      const words = asWords(text)
      if (by !== 'visitor' || words === '' || seen.has(words)) continue
      seen.add(words)
      lines.push({ id, conversation, text: text.trim().replaceAll(/\s+/g, ' '), unanswered })
    }
  return lines.toSorted((a, b) => Number(b.unanswered) - Number(a.unanswered))
}
