-- Filled by `tests.benchmarks.catalog.fill`, a statement at a time, with these values:
-- :requests, :interpretations and :turns to make, :years of history, :conversation_turns of each.
-- Rows are made in order, as they come: those of one day lie together. Each year brings more.

CREATE TEMPORARY TABLE places AS
SELECT (row_number() OVER (ORDER BY position)) - 1 AS n, slug AS field FROM fields;

CREATE TEMPORARY TABLE bodies AS
SELECT (row_number() OVER (ORDER BY slug)) - 1 AS n, slug AS pole FROM poles;

INSERT INTO accounts (id, email, name, role, language, active, failed_attempts, created_at)
SELECT n, 'personne' || n || '@consortium.example', 'Personne ' || n,
       CASE WHEN n <= 6 THEN 'reviewer' WHEN n <= 9 THEN 'administrator' ELSE 'agent' END,
       'fr', true, 0, now() - interval '5 years'
FROM generate_series(1, 30) AS n;
SELECT setval('accounts_id_seq', 30);

-- Of 2.5 conversations one files a request; luck decides the rest.
CREATE TEMPORARY TABLE filed AS
SELECT n,
       now() - :years * interval '365 days' * (1 - sqrt(n::float / :requests)) AS at,
       CASE WHEN random() < 0.8 THEN 'fr' ELSE 'en' END AS language,
       floor(20 * random() ^ 2)::int AS field_number,
       floor(20 * random() ^ 2)::int AS other_field_number,
       floor(24 * random() ^ 3)::int AS pole_number,
       floor(:sentences * random())::int AS first_sentence,
       floor(:sentences * random())::int AS second_sentence,
       floor(:sentences * random())::int AS third_sentence,
       floor(:organisations * random() ^ 3)::int AS organisation_number,
       floor(1000 * random())::int AS person_number,
       -- Among the last few and hardly any before, one is open.
       (n > :requests - 600 AND random() < 0.5) OR random() < 0.00015 AS is_open,
       random() AS luck
FROM generate_series(1, :requests) AS n;

INSERT INTO requests (id, reference, idempotency_key, conversation_id, created_at, status, language,
                      organisation_name, organisation_kind, member_standing, contact_name,
                      contact_email, contact_phone, outside_quebec, pole_slug, description,
                      deadline, urgency, answer_due_at, first_answered_at, assignee_id, search_text)
SELECT filed.n, reference, 'conversation-' || filed.n || '-1', 'c' || filed.n * 5 / 2, at, status, language,
       organisation.words, 'cooperative',
       CASE WHEN luck < 0.7 THEN 'member' ELSE 'non_member' END,
       person.words, email, '514 555-' || lpad((filed.n % 10000)::text, 4, '0'), luck < 0.02,
       CASE WHEN luck < 0.85 THEN pole END,
       concat_ws(' ', one.words, two.words, three.words, 'Dossier ' || filed.n || '.'),
       CASE WHEN luck < 0.2 THEN at::date + 30 END,
       CASE WHEN luck < 0.05 THEN 'urgent' ELSE 'normal' END,
       at + interval '1 day',
       CASE WHEN NOT is_open AND luck < 0.97 THEN at + luck * interval '2 days' END,
       CASE WHEN luck < 0.6 THEN 10 + floor(20 * luck / 0.6)::int END,
       concat_ws(' ', replace(lower(reference), '-', ' '), organisation.folded, person.folded,
                 regexp_replace(email, '[^a-z0-9]+', ' ', 'g'),
                 one.folded, two.folded, three.folded, 'dossier', filed.n)
FROM filed
LEFT JOIN bodies ON bodies.n = pole_number
JOIN organisations AS organisation ON organisation.n = organisation_number
JOIN people AS person ON person.n = person_number
JOIN sentences AS one ON one.n = first_sentence
JOIN sentences AS two ON two.n = second_sentence
JOIN sentences AS three ON three.n = third_sentence,
LATERAL (SELECT 'C-' || extract(year FROM at)::int || '-' || lpad(filed.n::text, 7, '0') AS reference,
                replace(person.folded, ' ', '.') || '@org' || organisation_number || '.example'
                    AS email,
                CASE WHEN is_open THEN (ARRAY['to_qualify', 'received', 'received', 'in_progress'])
                                       [1 + floor(4 * luck)::int]
                     WHEN luck < 0.15 THEN 'answered' ELSE 'closed' END AS status) AS made
ORDER BY filed.n;
SELECT setval('requests_id_seq', :requests);

INSERT INTO request_fields (request_id, field_slug, rank, confidence, set_by)
SELECT filed.n, field, 1, luck, 'bot' FROM filed JOIN places ON places.n = field_number
WHERE luck < 0.97 ORDER BY filed.n;
INSERT INTO request_fields (request_id, field_slug, rank, confidence, set_by)
SELECT filed.n, field, 2, luck / 2, 'bot' FROM filed JOIN places ON places.n = other_field_number
WHERE luck < 0.15 AND other_field_number <> field_number ORDER BY filed.n;

INSERT INTO consents (request_id, purpose, granted, text_version, given_at)
SELECT n, purpose, purpose = 'contact' OR luck < 0.1, '2026-01', at
FROM filed, unnest(ARRAY['contact', 'news']) AS purpose;

INSERT INTO status_changes (request_id, from_status, to_status, changed_at, changed_by)
SELECT n, nullif(status, ''), CASE status WHEN '' THEN 'received' WHEN 'received' THEN 'in_progress'
                                          WHEN 'in_progress' THEN 'answered' ELSE 'closed' END,
       at + step * interval '6 hours', CASE step WHEN 0 THEN 'bot' ELSE 'personne11@consortium.example' END
FROM filed, unnest(ARRAY['', 'received', 'in_progress', 'answered']) WITH ORDINALITY AS s (status, step)
WHERE step = 1 OR NOT is_open;

INSERT INTO outbox_messages (request_id, kind, recipient, language, subject, body, created_at,
                             attempts, next_attempt_at, sent_at)
SELECT n, kind, 'personne@org.example', language, 'Votre demande ' || n, repeat('Un mot. ', 25), at, 1,
       NULL, at + interval '10 seconds'
FROM filed, unnest(ARRAY['team', 'member', 'answer']) AS kind
WHERE kind <> 'answer' OR NOT is_open AND luck < 0.3;

INSERT INTO notes (request_id, account_id, written_at, text)
SELECT n, 10 + n % 20, at, repeat('Une note. ', 12) FROM filed WHERE luck < 0.1;

INSERT INTO fields_changes (request_id, account_id, changed_at, from_fields, to_fields)
SELECT filed.n, 10 + filed.n % 20, at + interval '1 hour', '["training"]',
       format('["%s"]', field)::json
FROM filed JOIN places ON places.n = field_number WHERE luck < 0.03;

INSERT INTO audit_entries (at, account_id, action, subject, subject_id, before, after)
SELECT at + step * interval '6 hours', 10 + n % 20, 'set_status', 'requests', n,
       '{"status": "received"}', '{"status": "in_progress"}'
FROM filed, generate_series(1, 2) AS step WHERE NOT is_open AND luck < 0.75;

INSERT INTO reference_sequences VALUES (extract(year FROM now()), :requests);

CREATE TEMPORARY TABLE said AS
SELECT n, 'c' || (n - 1) / :conversation_turns + 1 AS conversation,
       now() - :years * interval '365 days' * (1 - sqrt(n::float / :interpretations)) AS at,
       CASE WHEN random() < 0.8 THEN 'fr' ELSE 'en' END AS language,
       floor(20 * random() ^ 2)::int AS field_number,
       floor(24 * random() ^ 3)::int AS pole_number,
       floor(:sentences * random())::int AS sentence_number,
       floor(:short_texts * random() ^ 2)::int AS short_number,
       -- A model in service lasts two months or so.
       'm' || (30 * n / (:interpretations + 1)) AS model,
       random() AS luck
FROM generate_series(1, :interpretations) AS n;

INSERT INTO interpretations (id, event_id, conversation_id, said_at, pole_slug, language, text,
                             text_key, intent, outcome, fields, ranking, confidence, model_version)
SELECT said.n, said.n, conversation, at, CASE WHEN luck < 0.85 THEN pole END, language, typed,
       encode(sha256(typed::bytea), 'hex'),
       CASE WHEN outcome = 'other' THEN 'greet' ELSE 'need' END,
       outcome,
       CASE WHEN outcome = 'other' THEN '[]'
            -- Of what is said again, a newer model thinks otherwise now and then.
            WHEN luck > 0.999 THEN '["governance"]'
            ELSE format('["%s"]', field) END::json,
       '{"accounting": 0.6, "governance": 0.2}',
       0.3 + 0.7 * sqrt(random()), model
FROM said
LEFT JOIN bodies ON bodies.n = pole_number
JOIN places ON places.n = field_number
JOIN sentences ON sentences.n = sentence_number
JOIN short_texts ON short_texts.n = short_number,
LATERAL (SELECT CASE WHEN luck < 0.4 THEN 'other' WHEN luck < 0.8 THEN 'route'
                     WHEN luck < 0.86 THEN 'several' WHEN luck < 0.94 THEN 'clarify'
                     ELSE 'unsure' END AS outcome,
                CASE WHEN luck < 0.402 THEN short_texts.words
                     ELSE sentences.words || ' ' || said.n / 3 END AS typed) AS decided
ORDER BY said.n;
SELECT setval('interpretations_id_seq', :interpretations);

INSERT INTO interpretation_days
SELECT CASE WHEN grouping(pole_slug) = 1 THEN '*' ELSE coalesce(pole_slug, '') END,
       CASE WHEN grouping(field) = 1 THEN '*' ELSE coalesce(field, '') END,
       day, language,
       count(*) FILTER (WHERE outcome = 'route'), count(*) FILTER (WHERE outcome = 'several'),
       count(*) FILTER (WHERE outcome = 'clarify'), count(*) FILTER (WHERE outcome = 'unsure'),
       count(*) FILTER (WHERE outcome = 'other'),
       coalesce(sum(confidence) FILTER (WHERE outcome <> 'other'), 0)
FROM (SELECT *, (said_at AT TIME ZONE 'America/Montreal')::date AS day, fields ->> 0 AS field
      FROM interpretations) AS said
GROUP BY day, language, CUBE (pole_slug, field);

-- A message of a hundred is reviewed, one of twenty of those by two people; a tenth in the sample.
INSERT INTO reviews (interpretation_id, account_id, reviewed_at, intent, fields, flagged, queue)
SELECT n, account, at + interval '2 days', intent,
       CASE WHEN n % 1000 < 900 THEN fields ELSE '["governance"]' END, n % 10000 = 0,
       CASE WHEN n % 1000 = 0 THEN 'sample' ELSE 'uncertain' END
FROM (SELECT id AS n, said_at AS at, intent, fields, 1 + id / 100 % 5 AS account
      FROM interpretations WHERE id % 100 = 0
      UNION ALL
      SELECT id, said_at, intent, fields, 6 FROM interpretations WHERE id % 2000 = 0) AS judged;

-- The last of the conversations are those whose words are still kept.
INSERT INTO chat_turns (conversation_id, message_id, fingerprint, payload, created_at, language,
                        messages, failed)
SELECT conversation, 'm' || n, md5(n::text) || md5(n::text), repeat('mot ', 10), at, language,
       '[{"text": "Si je comprends bien, c’est une question pour un champ. Est-ce bien cela ?",
          "choices": [{"title": "Oui, c’est ça", "payload": "/affirm"},
                      {"title": "Non, autre chose", "payload": "/deny"}]}]',
       false
FROM said WHERE n > :interpretations - :turns ORDER BY n;

INSERT INTO conversations (id, opened_at, language, pole_slug)
SELECT conversation, min(at), min(language), NULL FROM said
WHERE n > :interpretations - :turns GROUP BY conversation;

-- As Rasa's tracker store makes it.
CREATE TABLE events (
    id serial PRIMARY KEY, sender_id varchar(255) NOT NULL, type_name varchar(255) NOT NULL,
    timestamp double precision, intent_name varchar(255), action_name varchar(255), data text
);
CREATE INDEX ix_events_sender_id ON events (sender_id);

-- A tenth of what is kept, in both its oldest and its newest conversations.
INSERT INTO events (id, sender_id, type_name, timestamp, action_name, data)
SELECT (n - :interpretations + :turns) * 8 + part, conversation,
       (ARRAY['user', 'slot', 'action', 'bot', 'slot', 'action', 'bot', 'action'])[1 + part],
       extract(epoch FROM at), CASE part WHEN 2 THEN 'action_listen' END, repeat('{"a": 1} ', 40)
FROM said, generate_series(0, 7) AS part
WHERE n > :interpretations - :turns
  AND (n <= :interpretations - :turns * 19 / 20 OR n > :interpretations - :turns / 20)
ORDER BY n;
SELECT setval('events_id_seq', 8 * :turns + 8);
-- What has been followed already goes by the numbers of the events.
UPDATE interpretations SET event_id = 8 * :turns WHERE id = :interpretations;

-- As the migration tells it.
UPDATE interpretations SET recheck = true WHERE id IN (
    SELECT later.id FROM interpretations AS later
    JOIN (SELECT judged.text_key, judged.model_version, min(judged.id) AS first_id,
                 judged.fields::text AS understood, reviews.fields::text AS truth
          FROM reviews JOIN interpretations AS judged ON judged.id = reviews.interpretation_id
          GROUP BY judged.text_key, judged.model_version, judged.fields::text, reviews.fields::text
         ) AS verdicts ON verdicts.text_key = later.text_key
    WHERE later.id > verdicts.first_id AND later.model_version <> verdicts.model_version
      AND later.fields::text NOT IN (verdicts.understood, verdicts.truth)
);

DROP TABLE said;
DROP TABLE filed;
