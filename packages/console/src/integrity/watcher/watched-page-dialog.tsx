import { useState } from 'react'
import { watcherProfiles, type WatchedPage, type WatcherProfile } from '@candor/protocol/integrity-api.ts'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { DecisionDialog } from '../parts/decision-dialog.tsx'
import parts from '../parts/parts.module.css'
import { profileNames } from './run-words.ts'
import { everyOf, readHosts, schedules } from './schedule.ts'
import css from './watched-page-dialog.module.css'

export function WatchedPageDialog({ page, onClose }: { page: WatchedPage | null; onClose(): void }) {
  const [url, setUrl] = useState(page?.url ?? '')
  const [profiles, setProfiles] = useState<readonly WatcherProfile[]>(page?.profiles ?? watcherProfiles)
  const [every, setEvery] = useState(String(page?.everyMinutes ?? 60))
  const [hostsText, setHostsText] = useState((page?.approvedHosts ?? []).join('\n'))
  const { hosts, wrong } = readHosts(hostsText)
  const address = URL.canParse(url.trim()) && /^https?:$/.test(new URL(url.trim()).protocol)
  const choices = schedules.map(({ minutes, name }) => ({ id: String(minutes), name }))
  const body = { url: url.trim(), profiles, everyMinutes: Number(every), approvedHosts: hosts }
  return (
    <DecisionDialog
      title={page === null ? 'Watch a page' : 'How this page is watched'}
      confirm={page === null ? 'Watch it' : 'Save'}
      ready={address && profiles.length > 0 && wrong === null}
      act={() =>
        page === null
          ? api.post<WatchedPage>('/integrity/watched-pages', body)
          : api.put<WatchedPage>(`/integrity/watched-pages/${page.id}`, body)
      }
      done={() => (page === null ? 'The watcher goes there from now on.' : 'Saved.')}
      onClose={onClose}
    >
      <TextField
        label="Address of the page"
        hint="Where your visitors type card numbers. The made-up ones are never charged."
        type="url"
        value={url}
        onChange={setUrl}
        placeholder="https://shop.example/checkout"
        maxLength={2_000}
        autoFocus={page === null}
        {...(url.trim() !== '' && !address && { error: 'This is no address of a web page.', live: true })}
      />
      <fieldset className={css.profiles}>
        <legend>Goes there as</legend>
        {watcherProfiles.map((one) => (
          <label key={one} className={css.profile}>
            <input
              type="checkbox"
              checked={profiles.includes(one)}
              onChange={(event) =>
                setProfiles(
                  watcherProfiles.filter((other) =>
                    other === one ? event.target.checked : profiles.includes(other),
                  ),
                )
              }
            />
            <span>
              {profileNames[one].name}
              <span className={css.says}>{profileNames[one].says}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Select
        label="How often"
        choices={
          choices.some(({ id }) => id === every)
            ? choices
            : [...choices, { id: every, name: everyOf(Number(every)) }]
        }
        value={every}
        onChange={setEvery}
      />
      <TextField
        label="Hosts that may be sent card numbers"
        hint="Your payment provider’s, one a line. A card number at any other host is proof of a theft."
        value={hostsText}
        onChange={setHostsText}
        placeholder="vault.pay.example"
        multiline
        rows={3}
        maxLength={4_000}
        {...(wrong !== null && { error: `“${wrong}” is no host name.`, live: true })}
      />
      {hosts.length === 0 && (
        <p className={parts.soft}>Without one, even your payment provider’s own form raises an alarm.</p>
      )}
    </DecisionDialog>
  )
}
