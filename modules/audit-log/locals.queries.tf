locals {
  yesterday = "date_format(current_date - interval '1' day, '%Y/%m/%d')"

  # A line reads `v1 <decision> <reason> r<route> p<policy> h<handle>`.
  queries_of_decisions = {
    refusals_by_policy = {
      description = "Who is refused since yesterday, by reason, route and policy."
      query       = <<-SQL
        SELECT host, split_part(line, ' ', 2) AS decision, split_part(line, ' ', 3) AS reason, split_part(line, ' ', 4) AS route,
          substr(split_part(line, ' ', 5), 2) AS policy, count(*) AS requests
        FROM decisions
        WHERE day >= ${local.yesterday} AND split_part(line, ' ', 2) IN ('deny', 'error')
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY requests DESC
      SQL
    }
    requests_of_session = {
      description = "What one session did. Put its handle in place of Qx7aB2cD9e."
      query       = <<-SQL
        SELECT "date", time, host, method, status, line, request
        FROM decisions
        WHERE split_part(line, ' ', 6) = 'hQx7aB2cD9e'
        ORDER BY "date", time
      SQL
    }
    sessions_of_user = {
      description = "Sessions whose handles begin with Qx, and when they were last used; zt_user_handle tells the two characters of a user."
      query       = <<-SQL
        SELECT substr(split_part(line, ' ', 6), 2) AS handle, count(*) AS requests, min("date" || ' ' || time) AS first, max("date" || ' ' || time) AS last
        FROM decisions
        WHERE split_part(line, ' ', 6) LIKE 'hQx%'
        GROUP BY 1
        ORDER BY last DESC
      SQL
    }
  }

  queries_of_events = {
    logins_refused = {
      description = "Logins that were refused since yesterday, by code."
      query       = <<-SQL
        SELECT json_extract_scalar(event, '$.application') AS application, json_extract_scalar(event, '$.code') AS code,
          json_extract_scalar(event, '$.detail') AS detail, count(*) AS times
        FROM events
        WHERE day >= ${local.yesterday} AND json_extract_scalar(event, '$.decision') IN ('deny', 'error')
        GROUP BY 1, 2, 3
        ORDER BY times DESC
      SQL
    }
    what_ended = {
      description = "What logouts, back channels and security events ended."
      query       = <<-SQL
        SELECT from_unixtime(CAST(json_extract_scalar(event, '$.time') AS bigint)) AS at, json_extract_scalar(event, '$.application') AS application,
          json_extract_scalar(event, '$.endpoint') AS endpoint, json_extract_scalar(event, '$.detail') AS detail, json_extract(event, '$.revoked') AS revoked
        FROM events
        WHERE json_array_length(json_extract(event, '$.revoked')) > 0
        ORDER BY at DESC
      SQL
    }
    logins_of_session = {
      description = "How one session came to be, was renewed and ended. Put its handle in place of Qx7aB2cD9e."
      query       = <<-SQL
        SELECT from_unixtime(CAST(json_extract_scalar(event, '$.time') AS bigint)) AS at, event
        FROM events
        WHERE json_extract_scalar(event, '$.handle') = 'Qx7aB2cD9e'
        ORDER BY at
      SQL
    }
  }
}
