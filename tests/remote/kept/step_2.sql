-- A ledger of schema step 2 on a server, as pg_dump wrote it.
CREATE FUNCTION act_is_never_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'acts are never changed' USING ERRCODE = 'restrict_violation'; RETURN NEW; END $$;
CREATE FUNCTION act_is_never_deleted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'acts are never deleted' USING ERRCODE = 'restrict_violation'; RETURN NEW; END $$;
CREATE FUNCTION act_is_the_next() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM act) THEN RAISE EXCEPTION 'acts are only ever appended' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION promise_is_never_deleted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'promises are never deleted' USING ERRCODE = 'restrict_violation'; RETURN NEW; END $$;
CREATE TABLE act (
    number bigint NOT NULL,
    entry bigint NOT NULL,
    promise bigint,
    person bigint,
    verb text NOT NULL COLLATE pg_catalog."C",
    side text NOT NULL COLLATE pg_catalog."C",
    by text NOT NULL COLLATE pg_catalog."C",
    at text NOT NULL COLLATE pg_catalog."C",
    recorded_at text NOT NULL COLLATE pg_catalog."C",
    body text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT about_a_promise_or_a_person CHECK (((promise IS NULL) <> (person IS NULL))),
    CONSTRAINT at_is_an_instant CHECK ((at ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'::text)),
    CONSTRAINT by_is_known CHECK ((by = ANY (ARRAY['me'::text, 'them'::text]))),
    CONSTRAINT hash_is_whole CHECK ((length(hash) = 64)),
    CONSTRAINT recorded_at_is_an_instant CHECK ((recorded_at ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'::text)),
    CONSTRAINT side_is_known CHECK (((side = 'promisor'::text) OR (side = 'promisee'::text) OR (side = 'self'::text) OR (side = 'bookkeeper'::text)))
);
CREATE TABLE alias (
    alias text NOT NULL COLLATE pg_catalog."C",
    person bigint NOT NULL
);
CREATE TABLE entry (
    id bigint NOT NULL,
    command text NOT NULL COLLATE pg_catalog."C",
    recorded_at text NOT NULL COLLATE pg_catalog."C",
    undone_by bigint,
    CONSTRAINT recorded_at_is_an_instant CHECK ((recorded_at ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'::text))
);
CREATE TABLE head (
    one boolean NOT NULL,
    number bigint NOT NULL,
    hash text NOT NULL COLLATE pg_catalog."C",
    step bigint NOT NULL,
    CONSTRAINT there_is_one CHECK (one)
);
COMMENT ON TABLE head IS 'A ledger of promisectl: its newest act, and its schema step';
CREATE TABLE once (
    key text NOT NULL COLLATE pg_catalog."C",
    entry bigint NOT NULL,
    request text NOT NULL COLLATE pg_catalog."C",
    answer text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE part (
    promise bigint NOT NULL,
    bigger bigint NOT NULL
);
CREATE TABLE person (
    id bigint NOT NULL,
    handle text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    merged_into bigint,
    CONSTRAINT handle_says_something CHECK ((handle <> ''::text))
);
CREATE TABLE promise (
    id bigint NOT NULL,
    uid text NOT NULL COLLATE pg_catalog."C",
    direction text NOT NULL COLLATE pg_catalog."C",
    person bigint,
    state text NOT NULL COLLATE pg_catalog."C",
    move text COLLATE pg_catalog."C",
    author text COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    due text COLLATE pg_catalog."C",
    due_zone text COLLATE pg_catalog."C",
    due_at text COLLATE pg_catalog."C",
    done_when text COLLATE pg_catalog."C",
    why text COLLATE pg_catalog."C",
    reply_by text COLLATE pg_catalog."C",
    reply_at text COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    revisions bigint NOT NULL,
    renegotiated bigint NOT NULL,
    first_due text COLLATE pg_catalog."C",
    made_at text NOT NULL COLLATE pg_catalog."C",
    accepted_at text COLLATE pg_catalog."C",
    delivered_at text COLLATE pg_catalog."C",
    closed_at text COLLATE pg_catalog."C",
    contact_at text NOT NULL COLLATE pg_catalog."C",
    bumped_at text COLLATE pg_catalog."C",
    word_at text COLLATE pg_catalog."C",
    told_at text COLLATE pg_catalog."C",
    reason text COLLATE pg_catalog."C",
    cause text COLLATE pg_catalog."C",
    repair text COLLATE pg_catalog."C",
    risk text COLLATE pg_catalog."C",
    no_to text COLLATE pg_catalog."C",
    replaces bigint,
    tags text COLLATE pg_catalog."C",
    offer bigint,
    offer_outcome text COLLATE pg_catalog."C",
    offer_due text COLLATE pg_catalog."C",
    offer_done_when text COLLATE pg_catalog."C",
    offer_why text COLLATE pg_catalog."C",
    offer_reply_by text COLLATE pg_catalog."C",
    first_due_at text COLLATE pg_catalog."C",
    unsaid bigint,
    offer_reply_at text COLLATE pg_catalog."C",
    CONSTRAINT direction_is_known CHECK (((direction = 'owe'::text) OR (direction = 'owed'::text) OR (direction = 'self'::text))),
    CONSTRAINT only_a_promise_to_myself_has_no_person CHECK (((direction = 'self'::text) = (person IS NULL))),
    CONSTRAINT outcome_says_something CHECK ((outcome <> ''::text)),
    CONSTRAINT state_is_known CHECK (((state = 'proposed'::text) OR (state = 'active'::text) OR (state = 'delivered'::text) OR (state = 'kept'::text) OR (state = 'declined'::text) OR (state = 'withdrawn'::text) OR (state = 'reneged'::text) OR (state = 'released'::text) OR (state = 'void'::text)))
);
CREATE TABLE series (
    promise bigint NOT NULL,
    series text NOT NULL COLLATE pg_catalog."C",
    place bigint NOT NULL,
    of bigint NOT NULL
);
INSERT INTO act VALUES (1, 1, NULL, 1, 'meet', 'bookkeeper', 'me', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"handle":"dana","name":"Dana"}', 'f0018d1d74dc1484ffe267c9604a3328aef3fbb3c054a6351c8ded473bb3ca24');
INSERT INTO act VALUES (2, 1, 1, NULL, 'request', 'promisee', 'them', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"direction":"owe","person":1,"revision":1,"tags":["q3"],"terms":{"done_when":"seen","due":{"at":"2026-11-27T16:00:00Z","civil":"2026-11-27T17:00","zone":"Europe/Berlin"},"outcome":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1","reply_by":{"at":"2026-11-24T22:59:59Z","civil":"2026-11-24","zone":"Europe/Berlin"},"why":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"},"uid":"18da52da-0c8b-46f3-9f3a-2a40a7357dd7"}', 'd70b59916b049a829dbd9a41cbdf5cfe1321ddd64be3a085c5b3623823c9313f');
INSERT INTO act VALUES (3, 1, NULL, 2, 'meet', 'bookkeeper', 'me', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"handle":"lee-öz","name":"Lee Öz"}', '6863f057cdf0fcf1974715a96c99b02deafaec75ff91cb5e6e2505d185950d05');
INSERT INTO act VALUES (4, 1, 2, NULL, 'request', 'promisee', 'them', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"direction":"owe","person":2,"revision":1,"tags":["q3"],"terms":{"done_when":"seen","due":{"at":"2026-11-27T16:00:00Z","civil":"2026-11-27T17:00","zone":"Europe/Berlin"},"outcome":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1","reply_by":{"at":"2026-11-24T22:59:59Z","civil":"2026-11-24","zone":"Europe/Berlin"},"why":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"},"uid":"118c25e3-dccb-4c3b-8c60-f7f540ab828a"}', 'bbfcb005bfb47b8cd9136925fd1d6f058d7674627cea6ec987cff80a5b7c3572');
INSERT INTO act VALUES (5, 2, NULL, 3, 'meet', 'bookkeeper', 'me', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"handle":"kim","name":"Kim"}', '92ea265ab6f75d7e19953f8b5590ae17ead4a0feb4244359c3ee879651599e04');
INSERT INTO act VALUES (6, 2, 3, NULL, 'request', 'promisee', 'me', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"direction":"owed","person":3,"replaces":1,"revision":1,"terms":{"outcome":"Fix the brake"},"uid":"00e0d64d-801b-46d3-9e24-25ed29fa6697"}', 'f3ea7a276a1614c2bdbb83e741e5667bbc4241e8446a52204316a0af27d75091');
INSERT INTO act VALUES (7, 2, 3, NULL, 'accept', 'promisor', 'them', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"no_to":"Saturday","revision":1,"risk":"rain"}', '8e6ecdfcaeda3c8067231bc7ec8c7478551e223eb7f21bb68c7fa5bdef1d276f');
INSERT INTO act VALUES (8, 3, 4, NULL, 'offer', 'self', 'me', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"direction":"self","revision":1,"terms":{"due":{"at":"2026-12-02T22:59:59Z","civil":"2026-12-02","zone":"Europe/Berlin"},"outcome":"Run"},"uid":"e4e5a768-5e8c-4905-b0c8-887eab0714c4"}', 'f743f496cbef68cb906e823cfe052c0fbb61753a4a1026c396c363262c56c15c');
INSERT INTO act VALUES (9, 4, 1, NULL, 'bump', 'promisor', 'me', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', '{"answer_by":{"at":"2026-11-25T11:00:00Z","civil":"2026-11-25T12:00","zone":"Europe/Berlin"},"revision":1,"text":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"}', '4015bbf138626cb9181aae2d0aa568e37f16e3c0f511d39f9b9366db125e4d6a');
INSERT INTO act VALUES (10, 5, 1, NULL, 'negotiate', 'promisor', 'me', '2026-11-24T11:00:00Z', '2026-11-24T11:00:00Z', '{"revision":2,"terms":{"done_when":"seen","due":{"at":"2026-12-03T22:59:59Z","civil":"2026-12-03","zone":"Europe/Berlin"},"outcome":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1","why":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"},"text":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"}', '1a86afa39ef9b08d43ff741b96e4887683d9b520aa144969958f7a4a420be468');
INSERT INTO act VALUES (11, 6, 1, NULL, 'accept', 'promisee', 'them', '2026-11-24T11:00:00Z', '2026-11-24T11:00:00Z', '{"revision":2,"text":"good"}', '2b199b276a8d2ea46d6950b6fdbeb5e89f17ffd2f5281c65a7b344e0ec2ca805');
INSERT INTO act VALUES (12, 7, 1, NULL, 'note', 'bookkeeper', 'me', '2026-11-01T11:00:00Z', '2026-11-24T11:00:00Z', '{"revision":2,"text":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"}', 'ceb15a14822933f92c39b0a50a3859d3cc5497a02bbb8452e82e75f8eaef1c4f');
INSERT INTO act VALUES (13, 8, 1, NULL, 'bump', 'promisor', 'me', '2026-11-24T11:00:00Z', '2026-11-24T11:00:00Z', '{"revision":2,"text":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1","unsaid":true}', 'e3139db1d0fa0d7eefa4e03e67a9a20b8f45731f31d8843852a85eee99a521ac');
INSERT INTO act VALUES (14, 9, 1, NULL, 'told', 'promisor', 'me', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"revision":2,"told_at":"2026-11-25T11:00:00Z"}', 'b3def99e16d4ba5a3ebc23d8ef58cf2d3a59c717313e4cdd35cc283cb7c9f258');
INSERT INTO act VALUES (15, 10, 1, NULL, 'bump', 'promisee', 'them', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"revision":2,"text":"it may slip"}', '07c2910730cfd14ef1af763c01f0dda3373a8c7c75d259f1df82ad852780d79d');
INSERT INTO act VALUES (16, 11, 2, NULL, 'part', 'bookkeeper', 'me', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"of":"18da52da-0c8b-46f3-9f3a-2a40a7357dd7","revision":1,"text":"1"}', '549cec09928c0832824dfd48560f74221a9ea4e7652609498a33fed0be2e830b');
INSERT INTO act VALUES (17, 12, 1, NULL, 'negotiate', 'promisee', 'them', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"revision":3,"terms":{"done_when":"seen","due":{"at":"2026-12-02T22:59:59Z","civil":"2026-12-02","zone":"Europe/Berlin"},"outcome":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1","why":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"},"text":"later"}', '08ab7f2db7de43e9fbb1c6a0ffc118d25db468de31f8c34379c4ce194fb47ddb');
INSERT INTO act VALUES (18, 13, 1, NULL, 'decline', 'promisor', 'me', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"revision":3}', '7c66f9bf1bf4dcc265cc0060b3c47b40cc3583a9c74ce3584c3065b9fdc1591b');
INSERT INTO act VALUES (19, 14, 1, NULL, 'negotiate', 'promisor', 'me', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"revision":4,"terms":{"done_when":"seen","due":{"at":"2026-12-01T22:59:59Z","civil":"2026-12-01","zone":"Europe/Berlin"},"outcome":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1","why":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"},"text":"later","unsaid":true}', '2668bf54ed41dd76a6196aa512587b4f7793517ae2b0dae3b472bf96eab861ae');
INSERT INTO act VALUES (20, 15, 1, NULL, 'withdraw', 'promisor', 'me', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"revision":4}', 'd1076c4538807706da736508a2eee2f2696f91d1d87a5fb6eca974647cebfa54');
INSERT INTO act VALUES (21, 16, 1, NULL, 'partial', 'promisor', 'me', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '{"revision":2,"text":"half"}', '06cb9861b79009cbc65457ba9f41570a408d3a40ae81c738962d4809fc975ac7');
INSERT INTO act VALUES (22, 17, 1, NULL, 'complete', 'promisor', 'me', '2026-11-25T11:00:00Z', '2026-11-26T11:00:00Z', '{"revision":2}', '5de6e0f0ea7e37916cc3e0e4e451c3a73ec07d41e44908ed2d984b34b634e0db');
INSERT INTO act VALUES (23, 17, 3, NULL, 'complete', 'promisee', 'me', '2026-11-25T11:00:00Z', '2026-11-26T11:00:00Z', '{"revision":1}', '18cb3b592447406465fda1edaa48c002c9d21ce25433840eef7e5a3a951daf40');
INSERT INTO act VALUES (24, 18, 1, NULL, 'decline', 'promisee', 'them', '2026-11-26T11:00:00Z', '2026-11-26T11:00:00Z', '{"text":"a page is missing"}', '72c41e8f38519e3ca575ada5b1c94bd6dda7c39796a31174185c4a77986f3209');
INSERT INTO act VALUES (25, 19, 3, NULL, 'reopen', 'promisee', 'me', '2026-11-27T11:00:00Z', '2026-11-27T11:00:00Z', '{"revision":1,"text":"it squeaks"}', 'f5aee64dc86680869b36c5cf4caf6b998c8a0fe481f47ba444f68e79690b2094');
INSERT INTO act VALUES (26, 20, 3, NULL, 'release', 'promisee', 'me', '2026-11-27T11:00:00Z', '2026-11-27T11:00:00Z', '{"revision":1,"text":"never mind"}', '15bdf36d50c287016f44e6c7efe92a033223585781c8e9a1f51ef774d906ef9e');
INSERT INTO act VALUES (27, 21, 1, NULL, 'renege', 'promisor', 'me', '2026-11-28T11:00:00Z', '2026-11-28T11:00:00Z', '{"cause":"external","repair":"Lee does it","revision":2,"text":"ill"}', '5c9e3949c31e0a49310da873e05845ed6c8c240914ec8a5b2eca0444506cca65');
INSERT INTO act VALUES (28, 22, 1, NULL, 'told', 'promisor', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"revision":2,"told_at":"2026-11-29T11:00:00Z"}', 'f1d1345c240b61eefcd8af83b0a4d0a398236a3aded5481fa4bb6e9f96e873f9');
INSERT INTO act VALUES (29, 23, 2, NULL, 'correct', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"revision":1,"terms":{"done_when":"seen","due":{"at":"2026-11-27T16:00:00Z","civil":"2026-11-27T17:00","zone":"Europe/Berlin"},"outcome":"Zürich by bike","reply_by":{"at":"2026-11-24T22:59:59Z","civil":"2026-11-24","zone":"Europe/Berlin"},"why":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"},"throughout":true}', '53a62655ff932aa84a2344916d1ae4b044458ff43da208386732771636e100f2');
INSERT INTO act VALUES (30, 24, 1, NULL, 'correct', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"no_to":"Sunday","revision":2,"risk":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"}', 'be3882b8713aa1405f014265a2efd230c2c07116d3b6f102df7b7cf28e4f96c2');
INSERT INTO act VALUES (31, 25, 1, NULL, 'correct', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"person":3,"revision":2}', 'c0cb19744152334c329ef053553873d5868cfd275087447f829fe8e26467d02d');
INSERT INTO act VALUES (32, 26, 2, NULL, 'void', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"revision":1,"text":"twice"}', '2e2f6e94200b947c302c7aad80653243d5f19119c27e80fb673334740f6a708b');
INSERT INTO act VALUES (33, 27, 2, NULL, 'undo', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"target":26,"text":"void"}', '30391e1296d49d1119b01ea3b74ea03d7d706c27efb62c88571fcd52b6500666');
INSERT INTO act VALUES (34, 28, 2, NULL, 'redo', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"target":26,"text":"void"}', '8ec5fec70a58ea57725cec4168d5269180fbf6fe851630a33a5e925c20338bd2');
INSERT INTO act VALUES (35, 29, 1, NULL, 'tag', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"revision":2,"text":"money =x"}', 'b084af883e7f5c0639dab2e2447ff708a534dab6b324dbd168295d1e60d94143');
INSERT INTO act VALUES (36, 30, 1, NULL, 'untag', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"revision":2,"text":"q3"}', '35688ad89ba26ed4544c3a2d41f4c413f20d70061431ea7356e1b48f04390fba');
INSERT INTO act VALUES (37, 31, NULL, 4, 'meet', 'bookkeeper', 'me', '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', '{"handle":"ida","name":"Ida"}', 'ebf791eea19a8de5b6b75553e8a39d59a4dc75024a9b81c2761cc01f222226f8');
INSERT INTO act VALUES (38, 31, 5, NULL, 'import', 'bookkeeper', 'me', '2026-11-20T11:00:00Z', '2026-11-29T11:00:00Z', '{"direction":"owed","found":{"accepted_at":"2026-11-20T11:00:00Z","author":"promisee","closed_at":"2026-11-20T11:00:00Z","contact_at":"2026-11-20T11:00:00Z","made_at":"2026-11-20T11:00:00Z","revision":1,"revisions":1,"silent":true,"state":"reneged"},"person":4,"revision":1,"terms":{"outcome":"Zürich 🚲 “quoted” \\ \"plain\" it''s \t tab \n line =1+1"},"uid":"a48c1181-c789-5bb7-9434-f9abc33f207e"}', '698c1a1a00689f01ad3364eb3e4f1dc419f9340dd2986b7fecf6414a9e8c7949');
INSERT INTO act VALUES (39, 32, NULL, 2, 'rename', 'bookkeeper', 'me', '2026-11-30T11:00:00Z', '2026-11-30T11:00:00Z', '{"handle":"leo","name":"Lee Öz"}', 'ef8049fb009b8e2a6fbef06d332ac5de872a7278838a085755f8a37f9325ee49');
INSERT INTO act VALUES (40, 33, NULL, 2, 'alias', 'bookkeeper', 'me', '2026-11-30T11:00:00Z', '2026-11-30T11:00:00Z', '{"handle":"ölaf"}', '39982ae7a9ec6ba303d18af0214f75621d9947610c52b64ebbbee8255426aa19');
INSERT INTO act VALUES (41, 34, NULL, 2, 'merge', 'bookkeeper', 'me', '2026-11-30T11:00:00Z', '2026-11-30T11:00:00Z', '{"handle":"kim","into":3}', '30f17747f164fcb075c33294f1ed883210644bf293d5ef5b276508bcf284b810');
INSERT INTO act VALUES (42, 35, NULL, 2, 'undo', 'bookkeeper', 'me', '2026-11-30T11:00:00Z', '2026-11-30T11:00:00Z', '{"handle":"person merge","target":34}', 'e0c54fcb5c49d9a55a25085266cd7f83eed15c83ee3c9541cd3114a41ef0da8b');
INSERT INTO act VALUES (43, 36, 6, NULL, 'offer', 'self', 'me', '2026-12-01T11:00:00Z', '2026-12-01T11:00:00Z', '{"direction":"self","revision":1,"terms":{"due":{"at":"2026-12-04T22:59:59Z","civil":"2026-12-04","zone":"Europe/Berlin"},"outcome":"Water the plants"},"uid":"bf3b8a1f-1864-4d2d-b387-b8eeed452faa"}', '36d57bfcb8f92a484b96a7ec30c1ee83776ef6757b3dbc57e10029e8b37331f6');
INSERT INTO alias VALUES ('lee-öz', 2);
INSERT INTO alias VALUES ('ölaf', 2);
INSERT INTO entry VALUES (1, 'make', '2026-11-23T09:00:00Z', NULL);
INSERT INTO entry VALUES (2, 'make', '2026-11-23T09:00:00Z', NULL);
INSERT INTO entry VALUES (3, 'make', '2026-11-23T09:00:00Z', NULL);
INSERT INTO entry VALUES (4, 'bump', '2026-11-23T09:00:00Z', NULL);
INSERT INTO entry VALUES (5, 'negotiate', '2026-11-24T11:00:00Z', NULL);
INSERT INTO entry VALUES (6, 'accept', '2026-11-24T11:00:00Z', NULL);
INSERT INTO entry VALUES (7, 'note', '2026-11-24T11:00:00Z', NULL);
INSERT INTO entry VALUES (8, 'bump', '2026-11-24T11:00:00Z', NULL);
INSERT INTO entry VALUES (9, 'told', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (10, 'bump', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (11, 'part', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (12, 'negotiate', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (13, 'decline', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (14, 'negotiate', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (15, 'withdraw', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (16, 'complete', '2026-11-25T11:00:00Z', NULL);
INSERT INTO entry VALUES (17, 'complete', '2026-11-26T11:00:00Z', NULL);
INSERT INTO entry VALUES (18, 'decline', '2026-11-26T11:00:00Z', NULL);
INSERT INTO entry VALUES (19, 'reopen', '2026-11-27T11:00:00Z', NULL);
INSERT INTO entry VALUES (20, 'release', '2026-11-27T11:00:00Z', NULL);
INSERT INTO entry VALUES (21, 'renege', '2026-11-28T11:00:00Z', NULL);
INSERT INTO entry VALUES (22, 'told', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (23, 'correct', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (24, 'correct', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (25, 'correct', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (27, 'undo', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (28, 'redo', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (29, 'tag', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (30, 'untag', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (31, 'import', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (32, 'person rename', '2026-11-30T11:00:00Z', NULL);
INSERT INTO entry VALUES (33, 'person alias', '2026-11-30T11:00:00Z', NULL);
INSERT INTO entry VALUES (35, 'undo', '2026-11-30T11:00:00Z', NULL);
INSERT INTO entry VALUES (36, 'make', '2026-12-01T11:00:00Z', NULL);
INSERT INTO entry VALUES (26, 'void', '2026-11-29T11:00:00Z', NULL);
INSERT INTO entry VALUES (34, 'person merge', '2026-11-30T11:00:00Z', 35);
INSERT INTO head VALUES (true, 43, '36d57bfcb8f92a484b96a7ec30c1ee83776ef6757b3dbc57e10029e8b37331f6', 2);
INSERT INTO once VALUES ('mail-17', 36, 'make (0)', '{"answer": [["#6 active: you promise yourself “Water the plants” by Fri 4 Dec.", 6, {"id": 6, "uid": "bf3b8a1f-1864-4d2d-b387-b8eeed452faa", "direction": "self", "state": "active", "person": "me", "person_name": "Myself", "move": "me", "author": null, "outcome": "Water the plants", "due": "2026-12-04", "due_zone": "Europe/Berlin", "due_at": "2026-12-04T22:59:59Z", "done_when": null, "why": null, "reply_by": null, "revision": 1, "revisions": 1, "renegotiated": 0, "first_due": "2026-12-04", "made_at": "2026-12-01T11:00:00Z", "accepted_at": "2026-12-01T11:00:00Z", "delivered_at": null, "closed_at": null, "lateness_seconds": null, "notice": null, "told_at": null, "reason": null, "cause": null, "repair": null, "risk": null, "no_to": null, "replaces": null, "tags": [], "flags": ["due-soon"], "reply_at": null, "contact_at": "2026-12-01T11:00:00Z", "word_at": null, "first_due_at": "2026-12-04T22:59:59Z", "series": null, "place": null, "of": null, "part_of": null, "parts": [], "offer": null}]], "sum": "e7ee41b2ca18ce078d3ac9533fd2e724875011bd2ea4de0228546c7f165f1300"}');
INSERT INTO part VALUES (2, 1);
INSERT INTO person VALUES (1, 'dana', 'Dana', NULL);
INSERT INTO person VALUES (2, 'leo', 'Lee Öz', NULL);
INSERT INTO person VALUES (3, 'kim', 'Kim', NULL);
INSERT INTO person VALUES (4, 'ida', 'Ida', NULL);
INSERT INTO promise VALUES (1, '18da52da-0c8b-46f3-9f3a-2a40a7357dd7', 'owe', 3, 'reneged', NULL, NULL, 'Zürich 🚲 “quoted” \ "plain" it''s 	 tab 
 line =1+1', '2026-12-03', 'Europe/Berlin', '2026-12-03T22:59:59Z', 'seen', 'Zürich 🚲 “quoted” \ "plain" it''s 	 tab 
 line =1+1', NULL, NULL, 2, 4, 0, '2026-12-03', '2026-11-23T09:00:00Z', '2026-11-24T11:00:00Z', NULL, '2026-11-28T11:00:00Z', '2026-11-29T11:00:00Z', '2026-11-25T11:00:00Z', '2026-11-25T11:00:00Z', '2026-11-29T11:00:00Z', 'ill', 'external', 'Lee does it', 'Zürich 🚲 “quoted” \ "plain" it''s 	 tab 
 line =1+1', 'Sunday', NULL, 'money =x', NULL, NULL, NULL, NULL, NULL, NULL, '2026-12-03T22:59:59Z', NULL, NULL);
INSERT INTO promise VALUES (2, '118c25e3-dccb-4c3b-8c60-f7f540ab828a', 'owe', 2, 'void', NULL, NULL, 'Zürich by bike', '2026-11-27T17:00', 'Europe/Berlin', '2026-11-27T16:00:00Z', 'seen', 'Zürich 🚲 “quoted” \ "plain" it''s 	 tab 
 line =1+1', NULL, NULL, 1, 1, 0, NULL, '2026-11-23T09:00:00Z', NULL, NULL, '2026-11-29T11:00:00Z', '2026-11-29T11:00:00Z', NULL, NULL, NULL, 'twice', NULL, NULL, NULL, NULL, NULL, 'q3', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO promise VALUES (3, '00e0d64d-801b-46d3-9e24-25ed29fa6697', 'owed', 3, 'released', NULL, NULL, 'Fix the brake', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, 0, NULL, '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', NULL, '2026-11-27T11:00:00Z', '2026-11-27T11:00:00Z', NULL, NULL, NULL, 'never mind', NULL, NULL, 'rain', 'Saturday', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO promise VALUES (4, 'e4e5a768-5e8c-4905-b0c8-887eab0714c4', 'self', NULL, 'active', 'me', NULL, 'Run', '2026-12-02', 'Europe/Berlin', '2026-12-02T22:59:59Z', NULL, NULL, NULL, NULL, 1, 1, 0, '2026-12-02', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z', NULL, NULL, '2026-11-23T09:00:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-12-02T22:59:59Z', NULL, NULL);
INSERT INTO promise VALUES (5, 'a48c1181-c789-5bb7-9434-f9abc33f207e', 'owed', 4, 'reneged', NULL, NULL, 'Zürich 🚲 “quoted” \ "plain" it''s 	 tab 
 line =1+1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 1, 0, NULL, '2026-11-20T11:00:00Z', '2026-11-20T11:00:00Z', NULL, '2026-11-20T11:00:00Z', '2026-11-20T11:00:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO promise VALUES (6, 'bf3b8a1f-1864-4d2d-b387-b8eeed452faa', 'self', NULL, 'active', 'me', NULL, 'Water the plants', '2026-12-04', 'Europe/Berlin', '2026-12-04T22:59:59Z', NULL, NULL, NULL, NULL, 1, 1, 0, '2026-12-04', '2026-12-01T11:00:00Z', '2026-12-01T11:00:00Z', NULL, NULL, '2026-12-01T11:00:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-12-04T22:59:59Z', NULL, NULL);
ALTER TABLE ONLY act
    ADD CONSTRAINT act_pkey PRIMARY KEY (number);
ALTER TABLE ONLY alias
    ADD CONSTRAINT alias_pkey PRIMARY KEY (alias);
ALTER TABLE ONLY entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY head
    ADD CONSTRAINT head_pkey PRIMARY KEY (one);
ALTER TABLE ONLY once
    ADD CONSTRAINT once_pkey PRIMARY KEY (key);
ALTER TABLE ONLY part
    ADD CONSTRAINT part_pkey PRIMARY KEY (promise);
ALTER TABLE ONLY person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY promise
    ADD CONSTRAINT promise_pkey PRIMARY KEY (id);
ALTER TABLE ONLY promise
    ADD CONSTRAINT promise_uid_key UNIQUE (uid);
ALTER TABLE ONLY series
    ADD CONSTRAINT series_pkey PRIMARY KEY (promise);
CREATE INDEX act_of_entry ON act USING btree (entry);
CREATE INDEX act_of_person ON act USING btree (person, number) WHERE (person IS NOT NULL);
CREATE INDEX act_of_promise ON act USING btree (promise, number);
CREATE INDEX entry_live ON entry USING btree (id) WHERE ((undone_by IS NULL) AND (command <> ALL (ARRAY['undo'::text, 'redo'::text])));
CREATE INDEX part_of ON part USING btree (bigger);
CREATE UNIQUE INDEX person_handle ON person USING btree (handle) WHERE (merged_into IS NULL);
CREATE INDEX promise_delivered ON promise USING btree (delivered_at) WHERE (delivered_at IS NOT NULL);
CREATE INDEX promise_of_person ON promise USING btree (person);
CREATE INDEX promise_open ON promise USING btree (direction, due_at) WHERE ((state = 'proposed'::text) OR (state = 'active'::text) OR (state = 'delivered'::text));
CREATE INDEX promise_untold ON promise USING btree (id) WHERE ((state = 'reneged'::text) AND (move = 'me'::text));
CREATE INDEX series_rows ON series USING btree (series, place);
CREATE TRIGGER act_is_never_changed BEFORE UPDATE ON act FOR EACH ROW EXECUTE FUNCTION act_is_never_changed();
CREATE TRIGGER act_is_never_deleted BEFORE DELETE ON act FOR EACH ROW EXECUTE FUNCTION act_is_never_deleted();
CREATE TRIGGER act_is_the_next BEFORE INSERT ON act FOR EACH ROW EXECUTE FUNCTION act_is_the_next();
CREATE TRIGGER acts_are_never_emptied BEFORE TRUNCATE ON act FOR EACH STATEMENT EXECUTE FUNCTION act_is_never_deleted();
CREATE TRIGGER promise_is_never_deleted BEFORE DELETE ON promise FOR EACH ROW EXECUTE FUNCTION promise_is_never_deleted();
CREATE TRIGGER promises_are_never_emptied BEFORE TRUNCATE ON promise FOR EACH STATEMENT EXECUTE FUNCTION promise_is_never_deleted();
ALTER TABLE ONLY act
    ADD CONSTRAINT act_entry_fkey FOREIGN KEY (entry) REFERENCES entry(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY act
    ADD CONSTRAINT act_person_fkey FOREIGN KEY (person) REFERENCES person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY act
    ADD CONSTRAINT act_promise_fkey FOREIGN KEY (promise) REFERENCES promise(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY alias
    ADD CONSTRAINT alias_person_fkey FOREIGN KEY (person) REFERENCES person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY entry
    ADD CONSTRAINT entry_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES entry(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY once
    ADD CONSTRAINT once_entry_fkey FOREIGN KEY (entry) REFERENCES entry(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY part
    ADD CONSTRAINT part_bigger_fkey FOREIGN KEY (bigger) REFERENCES promise(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY part
    ADD CONSTRAINT part_promise_fkey FOREIGN KEY (promise) REFERENCES promise(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY person
    ADD CONSTRAINT person_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY promise
    ADD CONSTRAINT promise_person_fkey FOREIGN KEY (person) REFERENCES person(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY promise
    ADD CONSTRAINT promise_replaces_fkey FOREIGN KEY (replaces) REFERENCES promise(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY series
    ADD CONSTRAINT series_promise_fkey FOREIGN KEY (promise) REFERENCES promise(id) DEFERRABLE INITIALLY DEFERRED;
