//! The kinds of source there are, in words for the window: what to paste, and where to find it.

use source::Kind;

/// A kind of source and what it needs.
#[derive(Clone, Copy, Debug)]
pub struct KindDescription {
    /// The name on the command line and in the database.
    pub kind: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// What it is, in a sentence.
    pub words: &'static str,
    /// It can read a folder on this machine.
    pub wants_folder: bool,
    /// It can be asked over the network.
    pub address: Option<AddressDescription>,
    /// What it is signed in to with.
    pub secret: Option<SecretDescription>,
    /// Further settings of its own.
    pub settings: &'static [SettingDescription],
}

/// The address of a server.
#[derive(Clone, Copy, Debug)]
pub struct AddressDescription {
    /// What to enter.
    pub hint: &'static str,
    /// The address that is used if none is given.
    pub usual: Option<&'static str>,
}

/// What a source is signed in to with.
#[derive(Clone, Copy, Debug)]
pub struct SecretDescription {
    /// Where to find it.
    pub words: &'static str,
    /// Its parts. One part without a key is the secret itself; parts with keys make a JSON object.
    pub parts: &'static [SecretPart],
    /// A code sent by e-mail does instead.
    pub email_code: bool,
    /// It can be left out.
    pub optional: bool,
}

/// One part of a secret.
#[derive(Clone, Copy, Debug)]
pub struct SecretPart {
    /// Its key in the secret's JSON object; empty if it is the whole secret.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// It is shown while it is typed.
    pub visible: bool,
}

/// One setting of a kind of source.
#[derive(Clone, Copy, Debug)]
pub struct SettingDescription {
    /// Its key.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What to enter.
    pub hint: &'static str,
}

/// Every kind of source, in the order in which they are offered.
pub fn kinds() -> impl Iterator<Item = KindDescription> {
    Kind::ALL.iter().copied().map(describe)
}

/// Settings that every server understands.
pub const FOR_SERVERS: &[SettingDescription] = &[
    setting("interval", "Sync every", "Seconds; 900 if left empty"),
    setting("jobs", "Requests side by side", "1 to 64; 5 if left empty"),
    setting("page_size", "Calls per page", "As large as the server allows if left empty"),
    setting("allow_host", "Further hosts", "Hosts that recordings may come from, with commas between"),
    setting("legacy_url", "Older address", "Where relative addresses of old recordings begin"),
];

const RESCAN: SettingDescription = setting("rescan", "Look again every", "Seconds; 300 if left empty");
const SERVER: Option<AddressDescription> =
    Some(AddressDescription { hint: "The server's address, such as https://calls.example.com", usual: None });
const PROVIDER_URL: &str = "provider_url";
const PROVIDER_KEY: SettingDescription = setting(
    "provider_key_secret",
    "Provider's secret",
    "The name under which the keychain has your own key for the provider",
);
const BRIDGE: &[SettingDescription] = &[
    setting("database", "Database", "The Prisma SQLite file, if it is not prisma/dev.db beside the recordings"),
    RESCAN,
];
const SUPABASE_SERVER: &[SettingDescription] = &[
    setting(PROVIDER_URL, "Supabase project", "https://….supabase.co, to read its storage directly"),
    setting("provider_anon_key", "Project's anon key", "Supabase → Settings → API"),
];
const RINGCENTRAL_SERVER: &[SettingDescription] =
    &[setting(PROVIDER_URL, "RingCentral", "https://platform.ringcentral.com"), PROVIDER_KEY];
const VAPI_SERVER: &[SettingDescription] = &[setting(PROVIDER_URL, "Vapi", "https://api.vapi.ai"), PROVIDER_KEY];
const ELEVENLABS_SERVER: &[SettingDescription] =
    &[setting(PROVIDER_URL, "ElevenLabs", "https://api.elevenlabs.io"), PROVIDER_KEY];
const SUPABASE: &[SettingDescription] = &[
    setting("anon_key", "Anon key", "Supabase → Settings → API"),
    setting("bucket", "Bucket", "Where the recordings are; call-recordings if left empty"),
    setting("table", "Table", "Where the calls are; calls if left empty"),
];
const TOKEN: SecretPart = SecretPart { key: "", label: "Token", visible: false };
const API_KEY: SecretPart = SecretPart { key: "", label: "API key", visible: false };
const EMAIL: SecretPart = SecretPart { key: "email", label: "E-mail", visible: true };
const PASSWORD: SecretPart = SecretPart { key: "password", label: "Password", visible: false };

pub(crate) fn describe(kind: Kind) -> KindDescription {
    let plain = KindDescription {
        kind: kind.as_str(),
        label: "",
        words: "",
        wants_folder: false,
        address: SERVER,
        secret: None,
        settings: &[],
    };
    match kind {
        Kind::Folder => KindDescription {
            label: "Folder",
            words: "Any folder of recordings, with or without transcripts beside them. vCon files are read too.",
            wants_folder: true,
            address: None,
            settings: &[RESCAN],
            ..plain
        },
        Kind::TwilioBridge => KindDescription {
            label: "Twilio/OpenAI bridge",
            words: "The recordings folder of a bridge server, its Prisma database, or the server itself.",
            wants_folder: true,
            secret: secret("A bearer token, if your bridge asks for one.", &[TOKEN]).map(optional),
            settings: BRIDGE,
            ..plain
        },
        Kind::SupabaseBackend => KindDescription {
            label: "Supabase server",
            words: "A recordings server built on FastAPI and Supabase.",
            secret: secret(
                "Ask for a code by e-mail, or paste the access token of somebody who is signed in.",
                &[TOKEN],
            )
            .map(|secret| SecretDescription { email_code: true, ..secret }),
            settings: SUPABASE_SERVER,
            ..plain
        },
        Kind::RingcentralBackend => KindDescription {
            label: "RingCentral server",
            words: "A recordings server in front of RingCentral.",
            secret: secret("An administrator's token of that server.", &[TOKEN]),
            settings: RINGCENTRAL_SERVER,
            ..plain
        },
        Kind::VapiBackend => KindDescription {
            label: "Vapi server",
            words: "A recordings server in front of Vapi and Supabase Storage.",
            secret: secret("The token of somebody who is signed in to that server.", &[TOKEN]),
            settings: VAPI_SERVER,
            ..plain
        },
        Kind::ElevenlabsBackend => KindDescription {
            label: "ElevenLabs server",
            words: "A recordings server in front of ElevenLabs.",
            secret: secret("The account you sign in to that server with.", &[EMAIL, PASSWORD]),
            settings: ELEVENLABS_SERVER,
            ..plain
        },
        Kind::Elevenlabs => KindDescription {
            label: "ElevenLabs",
            words: "Conversations of your ElevenLabs agents.",
            address: provider("https://api.elevenlabs.io"),
            secret: secret("ElevenLabs → Developers → API keys; it needs to read conversations.", &[API_KEY]),
            ..plain
        },
        Kind::Ringcentral => KindDescription {
            label: "RingCentral",
            words: "The call log and recordings of your RingCentral account.",
            address: provider("https://platform.ringcentral.com"),
            secret: secret(
                "developers.ringcentral.com → your app (client id and secret) and your JWT credential.",
                &[
                    SecretPart { key: "client_id", label: "Client id", visible: true },
                    SecretPart { key: "client_secret", label: "Client secret", visible: false },
                    SecretPart { key: "jwt", label: "JWT", visible: false },
                ],
            ),
            ..plain
        },
        Kind::Vapi => KindDescription {
            label: "Vapi",
            words: "The calls of your Vapi assistants.",
            address: provider("https://api.vapi.ai"),
            secret: secret("Vapi dashboard → API keys → private key.", &[API_KEY]),
            ..plain
        },
        Kind::Twilio => KindDescription {
            label: "Twilio",
            words: "The recordings of your Twilio account, with transcripts of Voice Intelligence.",
            address: provider("https://api.twilio.com"),
            secret: secret(
                "Twilio console → Account info.",
                &[
                    SecretPart { key: "account_sid", label: "Account SID", visible: true },
                    SecretPart { key: "auth_token", label: "Auth token", visible: false },
                ],
            ),
            ..plain
        },
        Kind::Supabase => KindDescription {
            label: "Supabase",
            words: "A Supabase project: its tables of calls and its storage.",
            address: Some(AddressDescription { hint: "The project's address, https://….supabase.co", usual: None }),
            secret: secret("A user of that project.", &[EMAIL, PASSWORD]),
            settings: SUPABASE,
            ..plain
        },
    }
}

const fn setting(key: &'static str, label: &'static str, hint: &'static str) -> SettingDescription {
    SettingDescription { key, label, hint }
}

fn secret(words: &'static str, parts: &'static [SecretPart]) -> Option<SecretDescription> {
    Some(SecretDescription { words, parts, email_code: false, optional: false })
}

fn optional(secret: SecretDescription) -> SecretDescription {
    SecretDescription { optional: true, ..secret }
}

fn provider(usual: &'static str) -> Option<AddressDescription> {
    Some(AddressDescription { hint: "Only if your account is on another server", usual: Some(usual) })
}
