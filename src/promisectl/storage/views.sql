-- The public read model. `:now`, `:day_end` and `:soon_end` are the moment asked about, the end of its local day, and of the third day after: the program binds them,
-- in the ledger's own views they are the clock.
-- affected: a problem of one of its parts is new, and the promise is mine to warn about.
-- `unsaid` is 2 where the proposed terms are unsaid, 1 where only other words are. Other programs read the views: no column is removed or moved, a new one comes last.

-- The parts of active promises with a problem that began after my newest act on the bigger promise (the first yes, before I said anything), and
-- the moment when the newest one began. Of one moment, what was recorded later is later: a key is a moment with the number of the newest act then.
-- The problems, line by line: at risk; broken, or ended in another way and not replaced; overdue; agreed to be due later than the bigger promise; not agreed,
-- 48 hours before a due date. With the direction, the first column of its index, SQLite looks at open promises alone.
CREATE VIEW problems AS
SELECT bigger, part, substr(key, 1, 20) AS since
FROM (
  SELECT
    b.id AS bigger,
    c.id AS part,
    max(
      coalesce((
        SELECT moment || printf(' %012d', max(a.number)) FROM (
          SELECT CASE
            WHEN c.state = 'active' THEN c.bumped_at
            WHEN c.state = 'reneged'
              OR c.state IN ('declined', 'withdrawn', 'released', 'void') AND NOT EXISTS (
                SELECT * FROM part AS m
                JOIN promise AS r ON r.id = m.promise
                WHERE m.bigger = b.id AND r.replaces = c.id
              ) THEN c.closed_at
          END AS moment
        )
        LEFT JOIN act AS a ON a.promise = c.id AND a.at = moment
      ), ''),
      iif(c.state = 'active' AND c.due_at < :now, c.due_at, ''),
      iif(c.state = 'active' AND c.due_at > b.due_at, coalesce((
        SELECT max(a.at || printf(' %012d', a.number)) FROM act AS a
        JOIN entry AS e ON e.id = a.entry
        WHERE a.promise = c.id AND e.undone_by IS NULL
          AND a.verb IN ('accept', 'offer', 'negotiate') AND json_extract(a.body, '$.revision') = c.revision
      ), c.accepted_at), ''),
      iif(c.state = 'proposed', coalesce((
        SELECT begins FROM (
          SELECT strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(min(c.due_at, b.due_at), c.due_at, b.due_at), '-48 hours') AS begins
        ) WHERE begins <= :now
      ), ''), '')
    ) AS key,
    max(coalesce(b.accepted_at, ''), coalesce((
      SELECT max(a.at || printf(' %012d', a.number)) FROM act AS a
      JOIN entry AS e ON e.id = a.entry
      WHERE a.promise = b.id AND e.undone_by IS NULL
        AND (a.by = 'me' AND a.verb NOT IN ('tag', 'untag', 'correct', 'part', 'import', 'undo', 'redo') OR a.verb = 'accept' AND a.at = b.accepted_at)
    ), '')) AS acted
  FROM promise AS b
  CROSS JOIN part AS l ON l.bigger = b.id
  CROSS JOIN promise AS c ON c.id = l.promise
  WHERE b.state = 'active' AND b.direction IN ('owe', 'owed', 'self')
)
WHERE key > acted;

CREATE VIEW promises AS
SELECT
  p.id,
  p.uid,
  p.direction,
  p.state,
  iif(p.person IS NULL, 'me', h.handle) AS person,
  iif(p.person IS NULL, 'Myself', h.name) AS person_name,
  p.move,
  p.author,
  p.outcome,
  p.due,
  p.due_zone,
  p.due_at,
  p.done_when,
  p.why,
  p.reply_by,
  p.revision,
  p.revisions,
  p.renegotiated,
  p.first_due,
  p.made_at,
  p.accepted_at,
  p.delivered_at,
  p.closed_at,
  CAST(strftime('%s', p.delivered_at) AS INTEGER) - CAST(strftime('%s', p.due_at) AS INTEGER) AS lateness_seconds,
  CASE
    WHEN p.direction = 'self' OR p.accepted_at IS NULL THEN NULL
    WHEN p.word_at < p.due_at THEN 'before-due'
    WHEN p.word_at >= p.due_at THEN 'after-due'
    WHEN p.state = 'reneged' AND p.told_at IS NULL THEN 'none'
    WHEN p.state = 'active' AND p.due_at < :now THEN 'none'
    WHEN p.state IN ('delivered', 'kept') AND p.delivered_at > p.due_at THEN 'none'
  END AS notice,
  p.told_at,
  p.reason,
  p.cause,
  p.repair,
  p.risk,
  p.no_to,
  p.replaces,
  p.tags,
  nullif(ltrim(
    iif(p.state = 'active' AND p.due_at < :now, ' overdue', '')
    || iif(p.state = 'active' AND p.due_at >= :now AND p.due_at <= :day_end, ' due-today', '')
    || iif(p.state = 'active' AND p.due_at >= :now AND p.due_at <= :soon_end, ' due-soon', '')
    || iif(p.state = 'active' AND p.offer IS NOT NULL, ' renegotiating', '')
    || iif(p.state = 'active' AND p.bumped_at IS NOT NULL, ' at-risk', '')
    || iif(p.state = 'proposed' AND p.reply_at < :now AND coalesce(p.unsaid, 0) <> 2, ' lapsed', '')
    || iif(p.state = 'proposed' AND p.unsaid IS NULL AND p.contact_at <= strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-7 days')
        OR p.state = 'active' AND p.direction = 'owed' AND p.contact_at <= strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-14 days'), ' stale', '')
    || iif(p.state IN ('delivered', 'kept') AND p.delivered_at > p.due_at, ' late', '')
    || iif(p.state = 'delivered', ' unconfirmed', '')
    || iif(p.state = 'reneged' AND p.move = 'me', ' untold', '')
    || iif(p.unsaid, ' unsaid', '')
    || iif(p.state = 'active' AND p.direction <> 'owed'
        AND EXISTS (SELECT * FROM problems AS t WHERE t.bigger = p.id), ' affected', '')
  ), '') AS flags,
  p.offer AS offer_revision,
  p.offer_outcome,
  p.offer_due,
  p.offer_done_when,
  p.offer_why,
  p.offer_reply_by,
  p.contact_at,
  p.word_at,
  p.reply_at,
  p.first_due_at,
  p.unsaid,
  p.offer_reply_at,
  s.series,
  s.place,
  s.of,
  b.bigger AS part_of,
  (SELECT group_concat(promise, ' ') FROM (SELECT promise FROM part WHERE bigger = p.id ORDER BY promise)) AS parts
FROM promise AS p
LEFT JOIN series AS s ON s.promise = p.id
LEFT JOIN part AS b ON b.promise = p.id
LEFT JOIN person AS q ON q.id = p.person
LEFT JOIN person AS h ON h.id = coalesce(q.merged_into, q.id);

CREATE VIEW owe AS
SELECT * FROM promises WHERE direction IN ('owe', 'self') AND (state = 'proposed' OR state = 'active' OR state = 'delivered');

CREATE VIEW owed AS
SELECT * FROM promises WHERE direction = 'owed' AND (state = 'proposed' OR state = 'active' OR state = 'delivered');

-- Unsaid: what I owe and is due comes first, as it is more urgent than to send what I wrote.
-- Warned: at risk, and no act of mine since, as in `Promise.is_warned`. Nobody answers by an import, and acts at one moment
-- are in the order in which they were recorded.
CREATE VIEW moves AS
SELECT
  *,
  CASE
    WHEN state = 'reneged' THEN 'tell'
    WHEN state = 'delivered' AND direction = 'owed' THEN 'judge'
    WHEN author = 'them' THEN 'answer'
    WHEN unsaid AND NOT (direction <> 'owed' AND state = 'active' AND coalesce(due_at <= :day_end, 0)) THEN 'unsaid'
    WHEN state = 'proposed' THEN 'unanswered'
    WHEN direction = 'owed' THEN 'warned'
    WHEN due_at < :now THEN 'overdue'
    WHEN due_at <= :day_end THEN 'today'
    ELSE 'affected'
  END AS waiting
FROM promises
WHERE move = 'me' AND (state = 'reneged' OR state = 'delivered' OR offer_revision IS NOT NULL OR unsaid)
  OR direction IN ('owe', 'self') AND state = 'active' AND (due_at <= :day_end OR instr(flags, 'affected') > 0)
  OR direction = 'owed' AND state = 'proposed' AND move = 'them'
    AND (reply_at < :now OR due_at <= strftime('%Y-%m-%dT%H:%M:%SZ', :now, '+48 hours'))
  OR direction = 'owed' AND state = 'active' AND instr(flags, 'at-risk') > 0 AND NOT EXISTS (
    SELECT * FROM act AS a
    JOIN entry AS e ON e.id = a.entry
    JOIN promise AS p ON p.id = a.promise
    WHERE a.promise = promises.id
      AND a.by = 'me'
      AND a.verb NOT IN ('undo', 'redo', 'import', 'part')
      AND e.undone_by IS NULL
      AND (
        a.at > p.bumped_at
        OR a.at = p.bumped_at AND a.number > (
          SELECT coalesce(max(b.number), 0) FROM act AS b
          JOIN entry AS f ON f.id = b.entry
          WHERE b.promise = a.promise
            AND b.verb = 'bump'
            AND b.by = 'them'
            AND b.at = p.bumped_at
            AND json_extract(b.body, '$.answer_by') IS NULL
            AND f.undone_by IS NULL
        )
      )
  );

CREATE VIEW acts AS
SELECT
  a.number AS id,
  a.entry,
  a.promise,
  p.uid,
  a.verb AS act,
  a.side,
  a.by,
  a.at,
  a.recorded_at,
  json_extract(a.body, '$.revision') AS revision,
  coalesce(json_extract(a.body, '$.text'), iif(a.person IS NULL, NULL, json_extract(a.body, '$.handle'))) AS text,
  json_extract(a.body, '$.told_at') AS told_at,
  json_extract(a.body, '$.cause') AS cause,
  json_extract(a.body, '$.repair') AS repair,
  json_extract(a.body, '$.risk') AS risk,
  json_extract(a.body, '$.no_to') AS no_to,
  e.undone_by,
  json_extract(a.body, '$.terms.outcome') AS outcome,
  json_extract(a.body, '$.terms.due.civil') AS due,
  json_extract(a.body, '$.terms.due.zone') AS due_zone,
  iif(a.verb = 'correct', (
    SELECT h.handle FROM person AS q
    JOIN person AS h ON h.id = coalesce(q.merged_into, q.id)
    WHERE q.id = json_extract(a.body, '$.person')
  ), NULL) AS person,
  json_extract(a.body, '$.answer_by.civil') AS answer_by,
  json_extract(a.body, '$.answer_by.zone') AS answer_zone,
  coalesce(json_extract(a.body, '$.unsaid'), 0) AS unsaid
FROM act AS a
JOIN entry AS e ON e.id = a.entry
LEFT JOIN promise AS p ON p.id = a.promise
WHERE a.verb <> 'meet';
