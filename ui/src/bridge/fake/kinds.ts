// Kinds of server for the fake: one of each way of signing in.
import type { SourceKind } from '../generated';

const server_settings = [
  { key: 'interval', label: 'Sync every', hint: 'Seconds; 900 if left empty' },
  { key: 'jobs', label: 'Requests side by side', hint: '1 to 64; 5 if left empty' },
];

export const SERVERS: SourceKind[] = [
  {
    kind: 'supabase-backend',
    label: 'Recordings server (Supabase)',
    words: 'A recordings server built on FastAPI and Supabase.',
    wants_folder: false,
    address: { hint: 'The server’s address, such as https://calls.example.com', usual: null },
    secret: {
      words: 'Ask for a code by e-mail, or paste the access token of somebody who is signed in.',
      parts: [{ key: '', label: 'Token', visible: false }],
      email_code: true,
      optional: false,
    },
    settings: [],
    server_settings,
  },
  {
    kind: 'twilio',
    label: 'Twilio',
    words: 'The recordings of your Twilio account.',
    wants_folder: false,
    address: { hint: 'Only if your account is on another server', usual: 'https://api.twilio.com' },
    secret: {
      words: 'Twilio console → Account info.',
      parts: [
        { key: 'account_sid', label: 'Account SID', visible: true },
        { key: 'auth_token', label: 'Auth token', visible: false },
      ],
      email_code: false,
      optional: false,
    },
    settings: [],
    server_settings,
  },
];
