/**
 * Everything a person can do at the desk, once: the keys, the `?` sheet, the palette and docs/desk.md are made
 * from this table. Keys are in tinykeys' grammar; `$mod` is Cmd on a Mac, Ctrl elsewhere.
 */
import type { IconName } from '../design/icons.tsx'

export const actionGroups = [
  'Everywhere',
  'Inbox',
  'Conversation',
  'Composer',
  'Virtual agent',
  'Integrity',
] as const

export type ActionGroup = (typeof actionGroups)[number]

export interface Action {
  id: string
  title: string
  keys: string
  group: ActionGroup
  icon: IconName
  /** Works while a field has the focus. Only keys with a modifier may. */
  inFields?: true
  /** The component that has the focus listens itself (composer, lists): no global key is bound. */
  local?: true
}

const actions = [
  {
    id: 'palette',
    title: 'Search and commands',
    keys: '$mod+k',
    group: 'Everywhere',
    icon: 'search',
    inFields: true,
  },
  { id: 'help', title: 'All keys', keys: '[Shift]+?', group: 'Everywhere', icon: 'help' },
  { id: 'undo', title: 'Undo the last close', keys: 'z', group: 'Everywhere', icon: 'undo' },
  { id: 'presence', title: 'Go away or come back', keys: 'p', group: 'Everywhere', icon: 'clock' },
  {
    id: 'theme',
    title: 'Change between light, dark and the system’s look',
    keys: 'Shift+t',
    group: 'Everywhere',
    icon: 'moon',
  },
  { id: 'go-desk', title: 'Go to the desk', keys: 'g d', group: 'Everywhere', icon: 'inbox' },
  { id: 'go-settings', title: 'Go to the settings', keys: 'g s', group: 'Everywhere', icon: 'settings' },
  { id: 'go-virtual-agent', title: 'Go to the virtual agent', keys: 'g v', group: 'Everywhere', icon: 'bot' },
  { id: 'go-access', title: 'Go to the access log', keys: 'g l', group: 'Everywhere', icon: 'shield' },
  { id: 'go-review', title: 'Go to the insiders', keys: 'g n', group: 'Everywhere', icon: 'eye' },
  { id: 'go-integrity', title: 'Go to integrity', keys: 'g y', group: 'Everywhere', icon: 'pulse' },
  { id: 'go-profile', title: 'Go to your profile', keys: 'g p', group: 'Everywhere', icon: 'assign' },
  { id: 'sign-out', title: 'Sign out', keys: 'g q', group: 'Everywhere', icon: 'exit' },
  {
    id: 'escape',
    title: 'Close what is on top; leave the composer; close the conversation',
    keys: 'Escape',
    group: 'Everywhere',
    icon: 'close',
  },

  { id: 'view-waiting', title: 'Show who is waiting', keys: 'g w', group: 'Inbox', icon: 'clock' },
  { id: 'view-mine', title: 'Show my conversations', keys: 'g m', group: 'Inbox', icon: 'assign' },
  { id: 'view-all', title: 'Show all open conversations', keys: 'g a', group: 'Inbox', icon: 'inbox' },
  { id: 'view-closed', title: 'Show closed conversations', keys: 'g c', group: 'Inbox', icon: 'done' },
  { id: 'focus-inbox', title: 'Move to the inbox', keys: 'g i', group: 'Inbox', icon: 'inbox' },
  { id: 'row-next', title: 'Next row', keys: 'j', group: 'Inbox', icon: 'down' },
  { id: 'row-previous', title: 'Row before', keys: 'k', group: 'Inbox', icon: 'up' },
  { id: 'row-open', title: 'Open the row', keys: 'Enter', group: 'Inbox', icon: 'forward', local: true },
  { id: 'open-next', title: 'Open the next conversation', keys: ']', group: 'Inbox', icon: 'forward' },
  { id: 'open-previous', title: 'Open the conversation before', keys: '[[]', group: 'Inbox', icon: 'back' },

  { id: 'reply', title: 'Reply', keys: 'r', group: 'Conversation', icon: 'reply' },
  { id: 'note', title: 'Write a private note', keys: 'n', group: 'Conversation', icon: 'note' },
  { id: 'canned', title: 'Insert a canned reply', keys: '/', group: 'Conversation', icon: 'quote' },
  { id: 'takeover', title: 'Take over', keys: 't', group: 'Conversation', icon: 'takeover' },
  {
    id: 'handback',
    title: 'Hand back to the virtual agent',
    keys: 'h',
    group: 'Conversation',
    icon: 'handback',
  },
  { id: 'assign', title: 'Assign to someone', keys: 'a', group: 'Conversation', icon: 'assign' },
  { id: 'assign-me', title: 'Assign to me', keys: 'i', group: 'Conversation', icon: 'assign' },
  { id: 'transfer', title: 'Transfer with a note', keys: 'x', group: 'Conversation', icon: 'transfer' },
  { id: 'tag', title: 'Tag', keys: 'l', group: 'Conversation', icon: 'tag' },
  { id: 'close', title: 'Close the conversation', keys: 'e', group: 'Conversation', icon: 'done' },
  { id: 'reopen', title: 'Reopen the conversation', keys: 'o', group: 'Conversation', icon: 'reopen' },
  { id: 'details', title: 'Show or hide the details', keys: 'd', group: 'Conversation', icon: 'panel' },
  { id: 'who-read', title: 'Who read this conversation', keys: 'w', group: 'Conversation', icon: 'shield' },
  {
    id: 'focus-transcript',
    title: 'Move to the messages (then arrow keys)',
    keys: 'g t',
    group: 'Conversation',
    icon: 'page',
  },
  { id: 'earlier', title: 'Load earlier messages', keys: 'b', group: 'Conversation', icon: 'up' },
  { id: 'edit-last', title: 'Edit my last message', keys: 'u', group: 'Conversation', icon: 'edit' },
  {
    id: 'delete-last',
    title: 'Delete my last message',
    keys: 'Shift+d',
    group: 'Conversation',
    icon: 'trash',
  },
  {
    id: 'retry',
    title: 'Send failed messages again',
    keys: 'Shift+r',
    group: 'Conversation',
    icon: 'reopen',
  },
  {
    id: 'export',
    title: 'Download the transcript',
    keys: 'Shift+e',
    group: 'Conversation',
    icon: 'download',
  },
  { id: 'erase', title: 'Erase for ever', keys: 'Shift+x', group: 'Conversation', icon: 'trash' },

  { id: 'send', title: 'Send', keys: 'Enter', group: 'Composer', icon: 'send', local: true },
  { id: 'new-line', title: 'New line', keys: 'Shift+Enter', group: 'Composer', icon: 'quote', local: true },
  {
    id: 'switch-mode',
    title: 'Switch between reply and note',
    keys: '$mod+j',
    group: 'Composer',
    icon: 'note',
    local: true,
  },
  {
    id: 'edit-from-composer',
    title: 'Edit my last message (empty composer)',
    keys: 'ArrowUp',
    group: 'Composer',
    icon: 'edit',
    local: true,
  },

  {
    id: 'draft-save',
    title: 'Save the draft',
    keys: '$mod+s',
    group: 'Virtual agent',
    icon: 'check',
    inFields: true,
  },
  {
    id: 'draft-try',
    title: 'Open the test pane, or close it',
    keys: '$mod+b',
    group: 'Virtual agent',
    icon: 'reply',
    inFields: true,
  },

  {
    id: 'alarm-approve',
    title: 'Approve what the alarm shows',
    keys: 'a',
    group: 'Integrity',
    icon: 'check',
  },
  {
    id: 'alarm-contain',
    title: 'Contain: stop the chat there',
    keys: 'c',
    group: 'Integrity',
    icon: 'power',
  },
  { id: 'alarm-incident', title: 'Open an incident', keys: 'i', group: 'Integrity', icon: 'alarm' },
  { id: 'alarm-dismiss', title: 'Dismiss the alarm', keys: 'd', group: 'Integrity', icon: 'close' },
  { id: 'alarm-next', title: 'Next alarm, or next change', keys: 'j', group: 'Integrity', icon: 'down' },
  {
    id: 'alarm-previous',
    title: 'Alarm before, or change before',
    keys: 'k',
    group: 'Integrity',
    icon: 'up',
  },
] as const satisfies readonly Action[]

/** Letters that work with Ctrl or Cmd while a field has the focus. */
export const lettersInFields: ReadonlySet<string> = new Set(
  (actions as readonly Action[]).flatMap(({ keys, inFields }) =>
    inFields ? [keys.slice('$mod+'.length)] : [],
  ),
)

export type ActionId = (typeof actions)[number]['id']

export const actionTable: readonly (Action & { id: ActionId })[] = actions

export function keysOf(id: ActionId): string {
  return actionTable.find((action) => action.id === id)!.keys
}

/** `$mod+k` → `['Ctrl', 'K']`; a sequence has `then` between its presses. */
export function keyCaps(keys: string, mac: boolean): string[] {
  return keys.split(' ').flatMap((press, i) => {
    const caps = press
      .replace('[[]', 'BRACKET')
      .split('+')
      .filter((part) => !/^\[.*\]$/.test(part) || part === ']')
      .map((part) => names(mac)[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    return i === 0 ? caps : ['then', ...caps]
  })
}

function names(mac: boolean): Record<string, string> {
  return { $mod: mac ? '⌘' : 'Ctrl', Shift: mac ? '⇧' : 'Shift', Escape: 'Esc', ArrowUp: '↑', BRACKET: '[' }
}
