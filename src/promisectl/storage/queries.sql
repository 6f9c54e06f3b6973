-- The queries on the public views, except the lists of promises, which `statements.py` declares.
-- `-- table: NAME` begins a common table that queries may name like a view,
-- `-- query: NAME` begins a query. `python -m promisectl.generate` gives every query a WITH for the views
-- and common tables that it names.

-- table: them
-- A person by their handle, and all who were merged into them.
SELECT id FROM person
WHERE coalesce(merged_into, id) IN (
  SELECT id FROM person WHERE handle = :person AND merged_into IS NULL
);

-- table: theirs
-- The promises of a person: used with `person = :person`, so that SQLite reads only these.
SELECT id FROM promise WHERE person IS NULL AND :person = 'me'
UNION ALL
SELECT id FROM promise WHERE person IN (SELECT id FROM them);

-- Promises and acts

-- query: PROMISE_BY_ID
SELECT * FROM promises WHERE id = :id;

-- query: PROMISES_OF_SERIES
SELECT * FROM promises WHERE id IN (SELECT promise FROM series WHERE series = :series)
ORDER BY place, id;

-- query: PROMISE_AFTER_SO_MANY
SELECT id FROM promise
WHERE id > 0
  AND NOT EXISTS (SELECT * FROM series WHERE series.promise = promise.id AND place > 1)
ORDER BY id
LIMIT 1 OFFSET :number;

-- query: AFFECTED_IDS
-- What the view promises says is affected, as a list for the statements: they have it as a parameter.
SELECT ' ' || coalesce(group_concat(bigger, ' '), '') || ' ' FROM (
  SELECT DISTINCT t.bigger FROM problems AS t
  CROSS JOIN promise AS o ON o.id = t.bigger
  WHERE o.direction <> 'owed'
);

-- query: NEWEST_PART
SELECT max(promise) AS promise FROM part;

-- table: problem_rows
-- The parts that have a problem since my newest act on what they are a part of.
SELECT
  t.bigger,
  b.direction AS bigger_direction,
  t.part AS id,
  t.since,
  c.direction,
  c.state,
  c.due_at < :now AS is_overdue,
  c.bumped_at IS NOT NULL AS is_at_risk,
  iif(c.person IS NULL, 'me', h.handle) AS person,
  iif(c.person IS NULL, 'Myself', h.name) AS person_name
FROM problems AS t
CROSS JOIN promise AS b ON b.id = t.bigger
CROSS JOIN promise AS c ON c.id = t.part
LEFT JOIN person AS q ON q.id = c.person
LEFT JOIN person AS h ON h.id = coalesce(q.merged_into, q.id);

-- query: NEW_PROBLEMS
SELECT * FROM problem_rows ORDER BY bigger, id;

-- query: NEW_PROBLEMS_OF_PROMISE
SELECT * FROM problem_rows WHERE bigger = :bigger ORDER BY id;

-- query: ANY_LINK_OF_PROMISE
SELECT promise FROM part WHERE promise = :promise
UNION ALL
SELECT promise FROM part WHERE bigger = :promise
LIMIT 1;

-- query: TOO_DEEP_PART
-- Eight links are nine promises, or a ring.
SELECT a.promise FROM part AS a
JOIN part AS b ON b.promise = a.bigger
JOIN part AS c ON c.promise = b.bigger
JOIN part AS d ON d.promise = c.bigger
JOIN part AS e ON e.promise = d.bigger
JOIN part AS f ON f.promise = e.bigger
JOIN part AS g ON g.promise = f.bigger
JOIN part AS h ON h.promise = g.bigger
LIMIT 1;

-- query: PARTS_OF_PROMISE
SELECT * FROM promises WHERE id IN (SELECT promise FROM part WHERE bigger = :bigger) ORDER BY id;

-- table: together
-- What one command asked of several people: the same first outcome, in a series at the same place.
SELECT other.promise AS id FROM act AS first
JOIN act AS other ON other.entry = first.entry AND other.verb = first.verb
LEFT JOIN series AS place ON place.promise = first.promise
LEFT JOIN series AS other_place ON other_place.promise = other.promise
WHERE first.number = (SELECT min(number) FROM act WHERE promise = :asked_with)
  AND first.verb IN ('request', 'offer')
  AND json_extract(other.body, '$.terms.outcome') = json_extract(first.body, '$.terms.outcome')
  AND place.place IS other_place.place;

-- query: PROMISES_TOGETHER
SELECT * FROM promises WHERE id IN (SELECT id FROM together) ORDER BY id;

-- query: WAITING_KIND
SELECT waiting FROM moves WHERE id = :id;

-- query: OWED_BY_DAY_END
SELECT id, person_name, due_at < :now AS is_overdue FROM owed
WHERE state = 'active' AND due_at <= :day_end
ORDER BY due_at, id;

-- query: RECENT_CLOSED_PROMISES
SELECT * FROM promises
WHERE NOT (state = 'proposed' OR state = 'active' OR state = 'delivered')
  AND id > (SELECT max(id) FROM promise) - :lately
ORDER BY id DESC;

-- query: ANSWER_BY_DIRECTION
SELECT * FROM temp.answer ORDER BY direction, rowid;

-- query: ACT_ROWS
SELECT * FROM acts ORDER BY id;

-- query: ACT_ROWS_AFTER
SELECT * FROM acts WHERE id > :after ORDER BY id;

-- query: NEWEST_ACT_ROWS
SELECT * FROM (SELECT * FROM acts WHERE id > :after ORDER BY id DESC LIMIT :limit) ORDER BY id;

-- query: ACT_ROWS_OF_PROMISE
SELECT * FROM (
  SELECT * FROM acts WHERE promise = :promise AND id > :after ORDER BY id DESC LIMIT :limit
) ORDER BY id;

-- query: FILTERED_ACT_ROWS
-- The acts of a person are those of the promises, and those about the person.
SELECT * FROM (
  SELECT * FROM acts
  WHERE id > :after
    AND (:promise IS NULL OR promise = :promise)
    AND (:since IS NULL OR at >= :since)
    AND (:until IS NULL OR at <= :until)
    AND (
      :person IS NULL
      OR promise IN (SELECT id FROM theirs)
      OR id IN (
        SELECT number FROM act WHERE act.person IN (SELECT id FROM them)
      )
    )
  ORDER BY id DESC LIMIT :limit
) ORDER BY id;

-- table: promise_records
-- The promises with `offer`, the proposed terms, as the JSON of a record; for `promisectl.models`.
SELECT
  *,
  iif(offer_revision IS NULL, NULL, json_object(
    'revision', offer_revision,
    'author', author,
    'outcome', offer_outcome,
    'due', offer_due,
    'done_when', offer_done_when,
    'why', offer_why,
    'reply_by', offer_reply_by
  )) AS offer
FROM promises;

-- Calendars

-- query: CALENDAR_PROMISES
-- A person who was renamed or merged has another name in the calendar: that is a change too,
-- although no act is about the promise. Programs hide what is below a task that was cancelled.
SELECT
  asked.*,
  (SELECT count(*) FROM act WHERE act.promise = asked.id) AS acts,
  (
    SELECT max(recorded_at) FROM act
    WHERE act.promise = asked.id
      OR act.verb <> 'meet' AND act.person IN (
        SELECT person FROM promise WHERE promise.id = asked.id
        UNION ALL
        SELECT merged_into FROM person
        WHERE person.id = (SELECT person FROM promise WHERE promise.id = asked.id)
      )
  ) AS said_last,
  (SELECT uid FROM promise WHERE promise.id = asked.replaces) AS replaces_uid,
  (
    SELECT uid FROM promise
    WHERE promise.id = asked.part_of AND state IN ('proposed', 'active', 'delivered', 'kept')
  ) AS bigger_uid
FROM temp.asked AS asked
ORDER BY asked.rowid;

-- query: DUE_ZONES
SELECT due_zone AS zone, min(due) AS first, max(due) AS last
FROM temp.asked
WHERE due LIKE '%T%'
GROUP BY due_zone;

-- query: THEIR_PROMISES_TOUCHED_SINCE
SELECT DISTINCT act.promise FROM act
JOIN entry ON entry.id = act.entry
WHERE act.promise IN (SELECT id FROM theirs)
  AND entry.recorded_at >= :begin
  AND entry.undone_by IS NULL
ORDER BY act.promise;

-- Statistics

-- table: classed
-- Every promise with somebody else, with its class (`statistics.OUTCOME_CLASSES`) and the moment at
-- which that was settled.
SELECT
  *,
  CASE
    WHEN state IN ('delivered', 'kept') AND due_at IS NULL THEN 'kn'
    WHEN state IN ('delivered', 'kept') THEN iif(delivered_at <= due_at, 'kt', 'kl')
    WHEN state = 'reneged' THEN iif(told_at < due_at, 'bn', 'bl')
    WHEN state = 'active' AND due_at < :now THEN 'od'
  END AS class,
  CASE
    WHEN state IN ('delivered', 'kept') THEN delivered_at
    WHEN state = 'reneged' THEN closed_at
    ELSE due_at
  END AS settled_at
FROM promises
WHERE direction <> 'self' AND state <> 'void';

-- table: within
-- What a window needs of them. It is stored once, so that no query reads the whole ledger.
-- `class_before` is the class of what was settled in the window from `:before` on, before this one.
SELECT
  id, direction, person, state, due_at, delivered_at, accepted_at, closed_at, word_at, notice,
  reason, cause, risk, renegotiated, flags,
  iif(settled_at BETWEEN :since AND :until, class, NULL) AS class,
  iif(settled_at >= :before AND settled_at < :since, class, NULL) AS class_before,
  settled_at,
  contact_at,
  iif(state = 'proposed', coalesce(reply_at, due_at), NULL) AS answer_at
FROM classed
WHERE (:person IS NULL OR person = :person)
  AND (
    class IS NOT NULL AND settled_at BETWEEN coalesce(:before, :since) AND :until
    OR accepted_at BETWEEN :since AND :until
    OR closed_at BETWEEN :since AND :until
    OR renegotiated > 0 AND contact_at >= :since
    OR state = 'proposed' AND coalesce(reply_at, due_at) BETWEEN :since AND :until
  );

-- query: WINDOW
SELECT * FROM within;

-- query: WINDOW_OF_PERSON
SELECT * FROM within WHERE id IN (SELECT id FROM theirs);

-- table: record
SELECT * FROM temp.aside WHERE direction = :direction;

-- table: settled
SELECT * FROM record WHERE class IS NOT NULL;

-- query: KEPT_BEFORE
SELECT count(*) FILTER (WHERE class_before LIKE 'k_'), count(*) FROM record
WHERE class_before IS NOT NULL;

-- query: CLASS_COUNTS
SELECT
  class,
  count(*) AS number,
  count(*) FILTER (WHERE due_at IS NULL) AS undated,
  count(*) FILTER (WHERE state = 'kept') AS confirmed,
  count(*) FILTER (WHERE notice = 'before-due') AS noticed,
  count(*) FILTER (WHERE renegotiated = 0) AS as_first,
  count(*) FILTER (WHERE instr(flags, 'untold') > 0) AS untold
FROM settled
GROUP BY class;

-- query: CLASS_COUNTS_BY_MONTH
SELECT month(settled_at) AS month, class, count(*) AS number FROM settled GROUP BY month, class;

-- query: CAUSE_COUNTS
SELECT cause, count(*) AS number FROM settled
WHERE class IN ('bn', 'bl') AND cause IS NOT NULL
GROUP BY cause
ORDER BY number DESC, cause;

-- query: BROKEN_WITH_RISK
SELECT
  id, risk, reason,
  EXISTS (
    SELECT * FROM act AS a
    WHERE a.promise = settled.id AND a.verb = 'correct' AND a.at >= settled.closed_at
  ) AS corrected_since
FROM settled
WHERE class IN ('bn', 'bl') AND risk IS NOT NULL AND reason IS NOT NULL;

-- query: LATE_CREDIT
SELECT avg(
  iif(
    class IN ('bn', 'bl'),
    0.0,
    late_credit(
      CAST(strftime('%s', coalesce(delivered_at, :now)) AS INTEGER)
      - CAST(strftime('%s', due_at) AS INTEGER)
    )
  )
)
FROM settled
WHERE due_at IS NOT NULL;

-- query: RENEGOTIATION_RATE
SELECT count(*) FILTER (WHERE renegotiated > 0), count(*) FROM record
WHERE accepted_at BETWEEN :since AND :until;

-- query: DECLINE_RATE
-- The answer is the act that ended the proposal. Nobody knows who gave it when the promise was
-- imported with its answer: then the import comes first, and it has no side.
SELECT count(*) FILTER (WHERE state = 'declined'), count(*) FROM record
WHERE iif(state = 'declined', closed_at, accepted_at) BETWEEN :since AND :until
  AND 'promisor' = (
    SELECT side FROM act JOIN entry ON entry.id = act.entry
    WHERE promise = record.id
      AND (
        verb IN ('accept', 'decline')
        OR verb = 'import' AND json_extract(body, '$.found.state') <> 'proposed'
      )
      AND undone_by IS NULL
    ORDER BY act.number
    LIMIT 1
  );

-- table: talk
-- Of every promise that began with a request: which act was the yes, and which was the first
-- counter-offer of the promisor, and in which answer the promisor first named a risk. How a promise
-- came about that was recorded together with its yes (`make --agreed`), the acts don't tell.
SELECT
  promise,
  min(entry) FILTER (WHERE verb = 'accept') = min(entry) AS is_made_agreed,
  min(number) FILTER (WHERE verb = 'accept') AS yes,
  min(number) FILTER (WHERE verb = 'decline' AND side = 'promisor') AS no,
  min(number) FILTER (WHERE verb = 'negotiate' AND side = 'promisor') AS counter,
  min(number) FILTER (WHERE side = 'promisor' AND json_extract(body, '$.risk') IS NOT NULL) AS named
FROM (
  SELECT act.promise, act.entry, act.number, act.verb, act.side, act.body FROM act
  JOIN entry ON entry.id = act.entry
  WHERE act.promise IN (SELECT id FROM record)
    AND undone_by IS NULL
    AND (verb IN ('request', 'accept') OR verb IN ('negotiate', 'decline') AND side = 'promisor')
)
GROUP BY promise
HAVING count(*) FILTER (WHERE verb = 'request') > 0;

-- table: answers
-- What became of each request: the answer of the promisor, and whether that was a yes with a risk.
SELECT
  person,
  CASE
    WHEN accepted_at IS NOT NULL THEN
      iif(accepted_at BETWEEN :since AND :until, iif(counter < yes, 'negotiated', 'as_asked'), NULL)
    WHEN state = 'declined' THEN iif(no AND closed_at BETWEEN :since AND :until, 'declined', NULL)
    WHEN answer_at < :now AND answer_at BETWEEN :since AND :until AND counter IS NULL
      THEN 'no_answer'
  END AS answer,
  coalesce(named <= yes, 0) AS has_risk,
  is_made_agreed
FROM record JOIN talk ON talk.promise = record.id;

-- query: ANSWERS_BY_PERSON
SELECT
  person,
  count(*) FILTER (WHERE answer = 'as_asked') AS as_asked,
  count(*) FILTER (WHERE answer = 'negotiated') AS negotiated,
  count(*) FILTER (WHERE answer = 'declined') AS declined,
  count(*) FILTER (WHERE answer = 'no_answer') AS no_answer,
  count(*) FILTER (WHERE answer IN ('as_asked', 'negotiated') AND has_risk) AS with_risk,
  count(*) FILTER (WHERE answer = 'as_asked' AND NOT has_risk) AS plain
FROM answers
WHERE answer IS NOT NULL AND is_made_agreed IS NOT TRUE
GROUP BY person;

-- query: RENEGOTIATED_PROMISES
SELECT
  id, class, due_at, delivered_at,
  accepted_at BETWEEN :since AND :until AS counts
FROM record
WHERE renegotiated > 0
  AND (
    class_before IS NULL
    OR contact_at >= :since
    OR accepted_at BETWEEN :since AND :until
    OR closed_at BETWEEN :since AND :until
  );

-- query: INSERT_LEAD_DAYS
INSERT INTO temp.days
SELECT
  'lead',
  (CAST(strftime('%s', due_at) AS INTEGER) - CAST(strftime('%s', word_at) AS INTEGER)) / 86400.0
FROM settled
WHERE class IN ('kl', 'bn', 'bl', 'od') AND notice = 'before-due';

-- query: MEDIAN_DAYS
-- There may be as many of them as promises, so SQLite sorts them.
SELECT avg(number) FROM (
  SELECT number FROM temp.days
  WHERE kind = :kind
  ORDER BY number
  LIMIT 2 - (SELECT count(*) FROM temp.days WHERE kind = :kind) % 2
  OFFSET (SELECT (count(*) - 1) / 2 FROM temp.days WHERE kind = :kind)
);

-- query: KEPT_BY_PERSON
SELECT
  person,
  count(*) FILTER (WHERE class LIKE 'k_') AS kept,
  count(*) AS number
FROM classed
WHERE direction = 'owe' AND class IS NOT NULL
GROUP BY person;

-- query: KEPT_WITH_PERSON
SELECT direction, count(*) FILTER (WHERE class LIKE 'k_') AS kept, count(*) AS number FROM classed
WHERE id IN (SELECT id FROM theirs) AND class IS NOT NULL
GROUP BY direction;

-- query: COUNT_DELIVERED_BY_PERSON
-- By the plus, SQLite finds them by the moment: a person delivers little in a week.
SELECT count(*) FROM promise
WHERE delivered_at >= :begin AND delivered_at < :end
  AND direction = 'owed' AND state IN ('delivered', 'kept')
  AND +person IN (SELECT id FROM them);

-- query: KEPT_LATELY
-- After a move: only the newest promises of the ledger, as nobody waits for all of them.
SELECT count(*) FILTER (WHERE class LIKE 'k_') AS kept, count(*) AS number FROM classed
WHERE id > :oldest AND direction = 'owe' AND class IS NOT NULL AND person = :person;

-- table: led
SELECT
  class,
  CAST(strftime('%s', due_at) AS INTEGER) - CAST(strftime('%s', accepted_at) AS INTEGER) AS lead
FROM classed
WHERE direction = 'owe' AND class IS NOT NULL;

-- query: KEPT_BY_LEAD
SELECT count(*) FILTER (WHERE class LIKE 'k_') AS kept, count(*) AS number FROM led
WHERE lead >= :least AND (:most IS NULL OR lead <= :most);

-- table: people
-- Everybody, with what is open and what was kept.
SELECT
  person,
  person_name,
  count(*) FILTER (WHERE direction = 'owe' AND state IN ('active', 'delivered')) AS owe,
  count(*) FILTER (WHERE direction = 'owed' AND state IN ('active', 'delivered')) AS owed,
  count(*) FILTER (WHERE state = 'active' AND due_at < :now) AS overdue,
  min(iif(state = 'active', due_at, NULL)) AS next_due,
  count(*) FILTER (WHERE direction = 'owe' AND class LIKE 'k_') AS kept_by_me,
  count(*) FILTER (WHERE direction = 'owe' AND class IS NOT NULL) AS kept_by_me_of,
  count(*) FILTER (WHERE direction = 'owed' AND class LIKE 'k_') AS kept_by_them,
  count(*) FILTER (WHERE direction = 'owed' AND class IS NOT NULL) AS kept_by_them_of,
  count(*) FILTER (WHERE state = 'proposed') AS not_agreed
FROM classed
GROUP BY person, person_name;

-- query: PEOPLE_STATISTICS
-- By their record: the mean of Beta(1, 1) after what they kept, so that a few promises weigh little.
SELECT * FROM people
ORDER BY
  CASE :sort
    WHEN 'due' THEN next_due IS NULL
    WHEN 'record' THEN -(kept_by_them + 1.0) / (kept_by_them_of + 2)
  END,
  iif(:sort = 'due', next_due, NULL),
  name_key(person),
  person;

-- query: FOLDED_BY_PERSON
-- By how many the table of people counts less than the records: a series counts once while nothing
-- in it is overdue. `counted` is the field of `people` in which it counts.
SELECT person, counted, sum(number - 1) AS folded FROM (
  SELECT person, iif(state = 'proposed', 'not_agreed', direction) AS counted, count(*) AS number
  FROM promises
  WHERE direction IN ('owe', 'owed') AND (state = 'proposed' OR state = 'active' OR state = 'delivered')
    AND series IS NOT NULL
  GROUP BY person, counted, series
  HAVING count(*) FILTER (WHERE state = 'active' AND due_at < :now) = 0
)
GROUP BY person, counted;

-- Numbers that were never used

-- table: highest_numbers
-- The tables for which SQLite keeps the highest number ever given, and the highest in use.
SELECT 'entry' AS name, max(id) AS highest FROM entry
UNION ALL
SELECT 'person', max(id) FROM person
UNION ALL
SELECT 'promise', max(id) FROM promise;

-- query: HIGHEST_NUMBERS
SELECT name, highest FROM highest_numbers WHERE highest;

-- query: REBUILD_HIGHEST_NUMBERS
INSERT INTO sqlite_sequence (name, seq) SELECT name, highest FROM highest_numbers WHERE highest;

-- query: PROMISES_WITHOUT_ROW
-- The promises whose row is missing, or has another uid than their first act.
SELECT first.promise AS id
FROM (
  SELECT promise, min(number), json_extract(body, '$.uid') AS uid
  FROM act
  WHERE promise IS NOT NULL
  GROUP BY promise
) AS first
LEFT JOIN promise ON promise.id = first.promise
WHERE promise.uid IS NOT first.uid;

-- query: PERSON_BY_HANDLE
SELECT id, handle, name FROM person WHERE handle = :handle AND merged_into IS NULL;

-- The content of the acts, in the order in which they are checked

-- query: HISTORY_OF_PEOPLE
SELECT act.*, command FROM act JOIN entry ON entry.id = act.entry
WHERE person IS NOT NULL
ORDER BY +act.number;

-- query: HISTORY_OF_PROMISES
SELECT act.*, command FROM act JOIN entry ON entry.id = act.entry
WHERE promise IS NOT NULL
ORDER BY promise, act.number;

-- query: HISTORY_OF_ENTRY
SELECT
  promise, person, verb, body,
  coalesce(json_extract(body, '$.text'), json_extract(body, '$.handle')) AS text
FROM act WHERE entry = :entry;

-- query: COMMAND_OF_ENTRY
SELECT command FROM entry WHERE id = :entry;

-- query: FIRST_ACT_OF_PROMISE
SELECT min(number) FROM act WHERE promise = :promise;

-- query: FIRST_ACT_OF_UID
SELECT min(number) FROM act WHERE promise = (SELECT id FROM promise WHERE uid = :uid);

-- query: REST_OF_SERIES
SELECT later.promise FROM series AS first
JOIN series AS later ON later.series = first.series AND later.place >= first.place
WHERE first.promise = :promise
ORDER BY later.place, later.promise;

-- query: SERIES_STATES
SELECT p.id, p.state, p.due, p.due_at, p.first_due, p.delivered_at, p.offer, p.author FROM series AS s
JOIN promise AS p ON p.id = s.promise
WHERE s.series = :series
ORDER BY s.place, p.id;

-- query: PARTS_OF_MISSING_PROMISES
-- By the acts alone: the uid in a row may be the damage.
SELECT promise FROM temp.kept_part
WHERE part_of NOT IN (
  SELECT uid FROM (SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.uid') END AS uid FROM act)
  WHERE uid IS NOT NULL
)
ORDER BY promise;

-- query: PROMISE_OF_UID
SELECT id FROM promise WHERE uid = :uid;

-- query: UNDO_AND_REDO_ENTRIES
SELECT min(number) AS number, entry, verb, body, promise, person FROM act
WHERE verb IN ('undo', 'redo')
GROUP BY entry
ORDER BY entry;

-- query: ENTRIES_BETWEEN
-- Those that are about a promise of `:target`, or all if it is about people alone, or `:anywhere`.
SELECT id FROM entry
WHERE id > :target AND id < :entry AND command NOT IN ('undo', 'redo')
  AND (
    :anywhere
    OR NOT EXISTS (SELECT * FROM act WHERE entry = :target AND promise IS NOT NULL)
    OR EXISTS (
      SELECT * FROM act
      WHERE act.entry = entry.id AND promise IN (SELECT promise FROM act WHERE entry = :target)
    )
  );

-- query: PROMISE_UIDS
-- A promise has begun unless the command that made it was undone.
SELECT
  uid, id,
  state <> 'void' OR EXISTS (
    SELECT * FROM act JOIN entry ON entry.id = act.entry
    WHERE act.promise = promise.id
      AND verb IN ('request', 'offer', 'import')
      AND entry.undone_by IS NULL
  ) AS begun
FROM promise;

-- Messages

-- query: TALK_OF_PROMISE
-- The acts that were not undone, each with its terms. An import that found a proposed change has
-- another row, as if its author had just proposed it.
SELECT
  a.number,
  a.entry,
  a.verb,
  a.side,
  a.at,
  json_extract(a.body, '$.revision') AS revision,
  json_extract(a.body, '$.text') AS text,
  json_extract(a.body, '$.repair') AS repair,
  json_extract(a.body, '$.throughout') AS throughout,
  json_extract(a.body, '$.terms.outcome') AS outcome,
  json_extract(a.body, '$.terms.due.civil') AS due,
  json_extract(a.body, '$.terms.due.zone') AS due_zone,
  json_extract(a.body, '$.terms.done_when') AS done_when,
  json_extract(a.body, '$.terms.why') AS why,
  json_extract(a.body, '$.terms.reply_by.civil') AS reply_by,
  json_extract(a.body, '$.terms.reply_by.zone') AS reply_zone,
  json_extract(a.body, '$.found.state') AS found_state,
  json_extract(a.body, '$.found.author') AS found_author,
  json_extract(a.body, '$.answer_by.civil') AS answer_by,
  json_extract(a.body, '$.answer_by.zone') AS answer_zone,
  coalesce(
    json_extract(a.body, '$.unsaid'),
    json_extract(a.body, '$.found.unsaid') AND json_extract(a.body, '$.found.heard') IS NULL
  ) AS unsaid
FROM act AS a
JOIN entry AS e ON e.id = a.entry
WHERE a.promise = :promise AND e.undone_by IS NULL AND a.verb NOT IN ('undo', 'redo')
UNION ALL
SELECT
  a.number + 0.5,
  NULL,
  'negotiate',
  json_extract(a.body, '$.found.author'),
  a.at,
  json_extract(a.body, '$.found.revisions'),
  NULL,
  NULL,
  NULL,
  json_extract(a.body, '$.found.offer.outcome'),
  json_extract(a.body, '$.found.offer.due.civil'),
  json_extract(a.body, '$.found.offer.due.zone'),
  json_extract(a.body, '$.found.offer.done_when'),
  json_extract(a.body, '$.found.offer.why'),
  json_extract(a.body, '$.found.offer.reply_by.civil'),
  json_extract(a.body, '$.found.offer.reply_by.zone'),
  NULL,
  NULL,
  NULL,
  NULL,
  json_extract(a.body, '$.found.unsaid')
FROM act AS a
JOIN entry AS e ON e.id = a.entry
WHERE a.promise = :promise
  AND e.undone_by IS NULL
  AND a.verb = 'import'
  AND json_extract(a.body, '$.found.offer') IS NOT NULL
ORDER BY 1;
