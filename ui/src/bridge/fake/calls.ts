// A believable library made from a seed: the same number always gives the same call, so a list of a million
// rows needs no memory for transcripts. Nothing here is real: names and numbers are invented.
import type { CallRow, CallView, Filter, TurnView, WordView } from '../generated';

export const SOURCES = [
  { id: 'src-dental', kind: 'twilio-bridge', name: 'Acme Dental', place: '/home/kim/bridge/recordings' },
  { id: 'src-orders', kind: 'folder', name: 'Orders desk', place: '/srv/calls/orders' },
  { id: 'src-field', kind: 'folder', name: 'Field team', place: '/media/kim/handheld/2025' },
] as const;

/** Servers, each in a state of its own. */
export const SERVERS = [
  { id: 'src-twilio', kind: 'twilio', name: 'Twilio', place: 'https://api.twilio.com', error: null, code: null },
  {
    id: 'src-supabase',
    kind: 'supabase-backend',
    name: 'Northern region recordings, archive of the years before the move',
    place: 'https://calls.north.example.com',
    error: 'The server does not know who is asking. Sign in again.',
    code: 'needs_credentials',
  },
  {
    id: 'src-vapi',
    kind: 'vapi',
    name: 'Vapi',
    place: 'https://api.vapi.ai',
    error: 'the server asks us to wait until 2031-11-12T16:42:00Z',
    code: 'rate_limited',
  },
  {
    id: 'src-ring',
    kind: 'ringcentral',
    name: 'RingCentral',
    place: 'https://platform.ringcentral.com',
    error: 'The app lacks the permission ReadCallRecording.',
    code: 'forbidden',
  },
  {
    id: 'src-eleven',
    kind: 'elevenlabs-backend',
    name: 'Night line',
    place: 'http://10.0.0.8:8000',
    error: 'The connection was refused.',
    code: 'unreachable',
  },
] as const;

const AGENTS = ['Sarah Whitlock', 'Marcus Obi', 'Ines Calderón', 'Tom Brandt', 'Yuki Tanabe'];
const CUSTOMERS = [
  'Dana Petrovic',
  'Lionel Achterberg',
  null,
  'Priya Raman',
  null,
  'Hollis & Greer Property Maintenance Ltd, Accounts Payable',
  null,
  'Mateo Rivas',
  null,
  'Joanne Pickett',
];
const TOPICS = ['appointment', 'refund', 'late delivery', 'billing', 'cancellation', 'opening hours'];
const SENTIMENTS = ['positive', 'neutral', 'negative'];
const AUDIO = ['cached', 'cached', 'cached', 'available', 'available', 'cached', 'pending', 'failed', 'unavailable', 'none'];

const SCRIPTS: readonly (readonly [string, string])[][] = [
  [
    ['agent', 'Good morning, Acme Dental, this is Sarah. How can I help you today?'],
    ['customer', 'Hi, I had a call from you about my cleaning next Tuesday. I think I need to move it.'],
    ['agent', 'Of course. Could I take your date of birth, please, so that I find the right record?'],
    ['customer', 'Sure, it is the ninth of March, nineteen eighty-four.'],
    ['agent', 'Thank you. I see the appointment at ten on Tuesday. What would suit you better?'],
    ['customer', 'Anything on Thursday afternoon would be perfect. I work mornings this week.'],
    ['agent', 'I have two fifteen or a quarter to four with the same hygienist.'],
    ['customer', 'Quarter to four, please. And is there still the fee if I cancel within a day?'],
    ['agent', 'There is, but moving it today costs nothing. You are booked for Thursday at three forty-five.'],
    ['customer', 'Lovely. Thank you so much for your help.'],
    ['agent', 'You are welcome. We will send a reminder the day before. Goodbye!'],
  ],
  [
    ['agent', 'Thanks for calling the orders desk, you are speaking with Marcus.'],
    ['customer', 'Yes, hello. I ordered a kettle three weeks ago and it arrived with a cracked lid. I want a refund.'],
    ['agent', 'I am sorry to hear that. Do you have the order number in front of you?'],
    ['customer', 'It is four four one, dash, nine zero two. I already wrote two emails about it and nobody answered.'],
    ['agent', 'I can see both of them, and they should have been answered. Let me put that right now.'],
    ['customer', 'So will I get the whole amount back, with the shipping?'],
    ['agent', 'The whole amount, shipping included. It goes back to the card you paid with in three to five days.'],
    ['customer', 'And do I have to send the kettle back? I really do not want to queue at the post office again.'],
    ['agent', 'No need. Please recycle it. You will have an email from me in the next minute.'],
    ['customer', 'Well, that was easier than I feared. Thank you.'],
  ],
  [
    ['agent', 'Hello, this is Ines from the delivery team, returning your call.'],
    ['customer', 'Oh good. The driver was meant to come between eight and twelve and it is past three now.'],
    ['agent', 'I understand, and I apologise for the wait. I am looking at the van on the map as we speak.'],
    ['customer', 'Is it at least in the city? I took the day off for this.'],
    ['agent', 'It is. There are four stops before you, so about fifty minutes.'],
    ['customer', 'If it is not here by five I would like to cancel the order.'],
    ['agent', 'I will note that. If it is not there by five, I cancel it myself and refund the delivery fee either way.'],
    ['customer', 'All right. Please call me if anything changes.'],
  ],
];

function mix(seed: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const pick = <T>(list: readonly T[], seed: number): T => list[seed % list.length] as T;

function numberOf(seed: number): string {
  const area = pick(['512', '303', '617', '206', '415'], seed);
  return `+1${area}555${String(100 + (seed % 100)).padStart(4, '0')}`;
}

/** When the newest call of the fake library began. */
export function newest(now: number): number {
  return now - 7 * 60_000;
}

export function rowAt(index: number, now: number): CallRow {
  const seed = mix(index + 1);
  const source = pick(SOURCES, index < 6 ? 0 : seed >>> 3);
  const agent = pick(AGENTS, seed >>> 5);
  const inbound = (seed & 1) === 0;
  const customer = pick(CUSTOMERS, seed >>> 7) ?? numberOf(seed >>> 9);
  const audio = pick(AUDIO, seed >>> 11);
  const turns = turnsOf(index);
  const short = audio === 'none';
  return {
    id: `call-${index}`,
    source: source.id,
    source_name: source.name,
    started_ms: newest(now) - index * 1_740_000 - (seed % 1_200_000),
    zone_assumed: source.kind === 'folder' && seed % 7 === 0,
    duration_ms: short ? 0 : lengthOf(index),
    direction: seed % 17 === 0 ? null : inbound ? 'inbound' : 'outbound',
    from: inbound ? customer : agent,
    to: inbound ? (seed % 4 === 0 ? '+15125550100' : agent) : customer,
    agent,
    status: short ? 'no-answer' : seed % 23 === 0 ? 'failed' : 'completed',
    title: source.id === 'src-field' && seed % 5 === 0 ? 'visit-notes_2025-11_boiler-room-inspection_final(2)' : null,
    has_transcript: !short && turns > 0,
    turns: short ? 0 : turns,
    audio,
    vanished_ms: seed % 19 === 4 ? newest(now) - 864_000_000 : null,
    in_case: false,
  };
}

function repeatsOf(index: number): number {
  if (index === 3) return 150;
  return 1 + (mix(index + 77) % 3);
}

function turnsOf(index: number): number {
  if (mix(index + 5) % 9 === 0) return 0;
  return scriptOf(index).length * repeatsOf(index);
}

function scriptOf(index: number): readonly (readonly [string, string])[] {
  return pick(SCRIPTS, index < 3 ? index : mix(index + 31));
}

function lineLength(text: string): number {
  return 500 + text.length * 58;
}

function lengthOf(index: number): number {
  const script = scriptOf(index);
  const once = script.reduce((sum, [, text]) => sum + lineLength(text) + 350, 0);
  return once * repeatsOf(index) + 1_200;
}

/** The turns of a call: most with times, some with words, every eleventh call without any times. */
export function turnsAt(index: number): TurnView[] {
  const count = turnsOf(index);
  const script = scriptOf(index);
  const timed = mix(index + 13) % 11 !== 0 || index < 10;
  const withWords = mix(index + 21) % 4 === 0 || index === 0;
  const turns: TurnView[] = [];
  let at = 600;
  for (let i = 0; i < count; i += 1) {
    const [role, text] = script[i % script.length] as readonly [string, string];
    const end = at + lineLength(text);
    turns.push({
      speaker: role === 'agent' ? (pick(AGENTS, mix(index + 1) >>> 5).split(' ')[0] ?? 'Agent') : 'Caller',
      role,
      text,
      start_ms: timed ? at : null,
      end_ms: timed ? end : null,
      timing: timed ? (index % 5 === 4 ? 'derived' : 'source') : 'none',
      words: timed && withWords ? wordsOf(text, at, end) : [],
    });
    at = end + 350;
  }
  return turns;
}

function wordsOf(text: string, start: number, end: number): WordView[] {
  const words = text.split(' ');
  const step = (end - start) / text.length;
  let at = start;
  return words.map((word) => {
    const from = at;
    at += (word.length + 1) * step;
    return { text: word, start_ms: Math.round(from), end_ms: Math.round(at - step) };
  });
}

export function callAt(index: number, now: number): CallView {
  const row = rowAt(index, now);
  const seed = mix(index + 1);
  const turns = turnsAt(index);
  const inbound = row.direction !== 'outbound';
  const number = numberOf(seed >>> 9);
  return {
    row,
    ended_ms: row.started_ms === null || row.duration_ms === null ? null : row.started_ms + row.duration_ms,
    parties: [
      { side: 'from', number: inbound ? number : '+15125550100', name: inbound ? (pick(CUSTOMERS, seed >>> 7) ?? null) : row.agent },
      { side: 'to', number: inbound ? '+15125550100' : number, name: inbound ? row.agent : (pick(CUSTOMERS, seed >>> 7) ?? null) },
    ],
    tenant: row.source_name,
    campaign: seed % 3 === 0 ? 'Autumn recall' : null,
    outcome: seed % 4 === 0 ? 'rescheduled' : null,
    cost: seed % 2 === 0 ? '0.12 USD' : null,
    started_original: row.started_ms === null ? null : new Date(row.started_ms).toISOString(),
    external_ids: [
      { name: 'callSid', value: `CA${seed.toString(16).padStart(8, '0')}5f0e4c1d9a7b3e2266aa` },
      { name: 'recordingSid', value: `RE${mix(seed).toString(16).padStart(8, '0')}0c5521d8e94f07bb13ce` },
    ],
    pinned: false,
    cases: [],
    recordings: row.audio === 'none' ? [] : [recordingOf(index, row, seed, now)],
    transcript: row.has_transcript
      ? {
          turns,
          timed: turns.some((turn) => turn.start_ms !== null),
          format: pick(['talky-json', 'webvtt', 'deepgram-json', 'plain-text'], seed >>> 2),
          language: 'en-US',
          origin: `transcripts/call-${index}.json`,
        }
      : null,
    insights:
      row.has_transcript && seed % 3 !== 0
        ? {
            summary:
              'The caller asked to move an appointment. The agent offered two times on Thursday, the caller took the later one, and a reminder was agreed.',
            sentiment: pick(SENTIMENTS, seed >>> 4),
            sentiment_score: ((seed >>> 4) % 200) / 100 - 1,
            topics: [pick(TOPICS, seed), pick(TOPICS, (seed >>> 8) + 1)].filter((t, i, all) => all.indexOf(t) === i),
            action_items: ['Send a reminder the day before', 'Check whether the late fee applies'],
            intent: 'reschedule',
          }
        : null,
    metrics: [
      { at_ms: row.started_ms, name: 'talk ratio, agent (%)', value: 54.2 },
      { at_ms: row.started_ms, name: 'silence (s)', value: 11.4 },
      { at_ms: row.started_ms, name: 'interruptions', value: 2 },
      { at_ms: row.started_ms, name: 'longest monologue (s)', value: 21.75 },
    ],
    metadata: {
      bridge: { stream: 'MZ-4410', model: 'realtime-2', latency_ms: [412, 388, 605], cached: true },
      tags: ['demo', 'recall'],
      note: null,
    },
  };
}

function recordingOf(index: number, row: CallRow, seed: number, now: number): CallView['recordings'][number] {
  const cached = row.audio === 'cached';
  const at = (row.started_ms ?? 0) + 400_000;
  return {
    id: `rec-${index}`,
    remote_id: `RE${mix(seed).toString(16)}`,
    format: pick(['wav', 'mp3', 'ogg', 'm4a'], seed),
    codec: pick(['PCM 16-bit', 'MP3', 'Opus', 'AAC-LC'], seed),
    sample_rate: pick([16_000, 8_000, 48_000, 44_100], seed),
    channels: pick([1, 2], seed >>> 1),
    duration_ms: row.duration_ms,
    bytes: (row.duration_ms ?? 0) * 16,
    sha256: cached
      ? Array.from({ length: 8 }, (_, i) => mix(seed + i).toString(16).padStart(8, '0')).join('')
      : null,
    audio: row.audio === 'none' ? 'unavailable' : row.audio,
    tier: cached ? 'local' : null,
    expires_ms: row.audio === 'unavailable' ? now - 86_400_000 : seed % 3 === 0 ? now + 12 * 86_400_000 : null,
    next_try_ms: row.audio === 'pending' || row.audio === 'failed' ? now + 40 * 60_000 : null,
    attempts: attemptsOf(row.audio, at),
  };
}

function attemptsOf(audio: string, at: number): CallView['recordings'][number]['attempts'] {
  switch (audio) {
    case 'cached':
      return [{ at_ms: at, tier: 'provider', outcome: 'ok', detail: null }];
    case 'pending':
      return [{ at_ms: at, tier: 'provider', outcome: 'not_yet', detail: 'The server is still preparing this recording.' }];
    case 'failed':
      return [
        { at_ms: at, tier: 'provider', outcome: 'invalid', detail: 'The file ended 12 kB early.' },
        { at_ms: at + 600_000, tier: 'legacy', outcome: 'network', detail: 'The connection was closed after 48 kB.' },
      ];
    case 'unavailable':
      return [{ at_ms: at, tier: 'provider', outcome: 'gone', detail: 'The server says it was deleted (410).' }];
    default:
      return [];
  }
}

/** Facets and the index of a call id. */
export const facets = { agents: AGENTS, statuses: ['completed', 'no-answer', 'failed'], sentiments: SENTIMENTS, topics: TOPICS };

export function indexOf(id: string): number {
  return Number(id.replace('call-', ''));
}

/** The states of audio that may still come. */
export const NOT_YET = ['available', 'pending', 'failed'];

/** Whether a filter leaves a call, by what the call itself tells. */
export function fits(row: CallRow, filter: Filter): boolean {
  const started = row.started_ms ?? 0;
  const length = row.duration_ms ?? 0;
  const digits = filter.number?.toLowerCase();
  return (
    (filter.source === undefined || row.source === filter.source) &&
    (filter.from_ms === undefined || started >= filter.from_ms) &&
    (filter.to_ms === undefined || started < filter.to_ms) &&
    (filter.agent === undefined || row.agent === filter.agent) &&
    (filter.direction === undefined || row.direction === filter.direction) &&
    (filter.status === undefined || row.status === filter.status) &&
    (filter.audio === undefined || (filter.audio === 'not_yet' ? NOT_YET.includes(row.audio) : row.audio === filter.audio)) &&
    (filter.has_transcript === undefined || row.has_transcript === filter.has_transcript) &&
    (filter.min_duration_ms === undefined || length >= filter.min_duration_ms) &&
    (filter.max_duration_ms === undefined || length <= filter.max_duration_ms) &&
    (digits === undefined || [row.from, row.to].some((party) => party?.toLowerCase().includes(digits)))
  );
}
