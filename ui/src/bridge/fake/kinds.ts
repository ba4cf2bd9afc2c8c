// The kinds of source for the fake, as the application offers them.
import type { SourceKind, SourceSecret, SourceSecretPart, SourceSetting } from '../generated';

const setting = (key: string, label: string, hint: string): SourceSetting => ({ key, label, hint });
const part = (key: string, label: string, visible = false): SourceSecretPart => ({ key, label, visible });
const secret = (words: string, parts: SourceSecretPart[], more: Partial<SourceSecret> = {}): SourceSecret => ({
  words,
  parts,
  email_code: false,
  optional: false,
  ...more,
});

const server_settings = [
  setting('interval', 'Sync every', 'Seconds; 900 if left empty'),
  setting('jobs', 'Requests side by side', '1 to 64; 5 if left empty'),
  setting('page_size', 'Calls per page', 'As large as the server allows if left empty'),
  setting('allow_host', 'Further hosts', 'Hosts that recordings may come from, with commas between'),
  setting('legacy_url', 'Older address', 'Where relative addresses of old recordings begin'),
];
const RESCAN = setting('rescan', 'Look again every', 'Seconds; 300 if left empty');
const KEY = setting('provider_key_secret', 'Provider’s secret', 'The name under which the keychain has your own key for the provider');
const TOKEN = part('', 'Token');
const API_KEY = part('', 'API key');
const ACCOUNT = [part('email', 'E-mail', true), part('password', 'Password')];
const HINT = 'The server’s address, such as https://calls.example.com';

function server(kind: string, label: string, words: string, signIn: SourceSecret, settings: SourceSetting[]): SourceKind {
  return { kind, label, words, wants_folder: false, address: { hint: HINT, usual: null }, secret: signIn, settings, server_settings };
}

function provider(kind: string, label: string, words: string, usual: string, signIn: SourceSecret): SourceKind {
  const address = { hint: 'Only if your account is on another server', usual };
  return { kind, label, words, wants_folder: false, address, secret: signIn, settings: [], server_settings };
}

export const KINDS: SourceKind[] = [
  {
    kind: 'folder',
    label: 'Folder',
    words: 'Any folder of recordings, with or without transcripts beside them. vCon files are read too.',
    wants_folder: true,
    address: null,
    secret: null,
    settings: [RESCAN],
    server_settings: [],
  },
  {
    kind: 'twilio-bridge',
    label: 'Twilio/OpenAI bridge',
    words: 'The recordings folder of a bridge server, its Prisma database, or the server itself.',
    wants_folder: true,
    address: { hint: HINT, usual: null },
    secret: secret('A bearer token, if your bridge asks for one.', [TOKEN], { optional: true }),
    settings: [setting('database', 'Database', 'The Prisma SQLite file, if it is not prisma/dev.db beside the recordings'), RESCAN],
    server_settings,
  },
  server(
    'supabase-backend',
    'Supabase server',
    'A recordings server built on FastAPI and Supabase.',
    secret('Ask for a code by e-mail, or paste the access token of somebody who is signed in.', [TOKEN], { email_code: true }),
    [
      setting('provider_url', 'Supabase project', 'https://….supabase.co, to read its storage directly'),
      setting('provider_anon_key', 'Project’s anon key', 'Supabase → Settings → API'),
    ],
  ),
  server(
    'ringcentral-backend',
    'RingCentral server',
    'A recordings server in front of RingCentral.',
    secret('An administrator’s token of that server.', [TOKEN]),
    [setting('provider_url', 'RingCentral', 'https://platform.ringcentral.com'), KEY],
  ),
  server(
    'vapi-backend',
    'Vapi server',
    'A recordings server in front of Vapi and Supabase Storage.',
    secret('The token of somebody who is signed in to that server.', [TOKEN]),
    [setting('provider_url', 'Vapi', 'https://api.vapi.ai'), KEY],
  ),
  server(
    'elevenlabs-backend',
    'ElevenLabs server',
    'A recordings server in front of ElevenLabs.',
    secret('The account you sign in to that server with.', ACCOUNT),
    [setting('provider_url', 'ElevenLabs', 'https://api.elevenlabs.io'), KEY],
  ),
  provider(
    'elevenlabs',
    'ElevenLabs',
    'Conversations of your ElevenLabs agents.',
    'https://api.elevenlabs.io',
    secret('ElevenLabs → Developers → API keys; it needs to read conversations.', [API_KEY]),
  ),
  provider(
    'ringcentral',
    'RingCentral',
    'The call log and recordings of your RingCentral account.',
    'https://platform.ringcentral.com',
    secret('developers.ringcentral.com → your app (client id and secret) and your JWT credential.', [
      part('client_id', 'Client id', true),
      part('client_secret', 'Client secret'),
      part('jwt', 'JWT'),
    ]),
  ),
  provider(
    'vapi',
    'Vapi',
    'The calls of your Vapi assistants.',
    'https://api.vapi.ai',
    secret('Vapi dashboard → API keys → private key.', [API_KEY]),
  ),
  provider(
    'twilio',
    'Twilio',
    'The recordings of your Twilio account, with transcripts of Voice Intelligence.',
    'https://api.twilio.com',
    secret('Twilio console → Account info.', [part('account_sid', 'Account SID', true), part('auth_token', 'Auth token')]),
  ),
  {
    kind: 'supabase',
    label: 'Supabase',
    words: 'A Supabase project: its tables of calls and its storage.',
    wants_folder: false,
    address: { hint: 'The project’s address, https://….supabase.co', usual: null },
    secret: secret('A user of that project.', ACCOUNT),
    settings: [
      setting('anon_key', 'Anon key', 'Supabase → Settings → API'),
      setting('bucket', 'Bucket', 'Where the recordings are; call-recordings if left empty'),
      setting('table', 'Table', 'Where the calls are; calls if left empty'),
    ],
    server_settings,
  },
];
