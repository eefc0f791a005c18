// Every file that is served, embedded by the compiler: a new file needs a line in each of the two
// lists (Tests/Web checks that none was forgotten).

#include "CWebFiles.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define BYTES static const unsigned char

// clang-format off
BYTES layout_html[] = {
#embed "../Pages/layout.html"
};
BYTES home_html[] = {
#embed "../Pages/home.html"
};
BYTES home_accounts_html[] = {
#embed "../Pages/home-accounts.html"
};
BYTES home_open_html[] = {
#embed "../Pages/home-open.html"
};
BYTES live_html[] = {
#embed "../Pages/live.html"
};
BYTES watch_html[] = {
#embed "../Pages/watch.html"
};
BYTES watch_facts_html[] = {
#embed "../Pages/watch-facts.html"
};
BYTES embed_layout_html[] = {
#embed "../Pages/embed-layout.html"
};
BYTES embed_facts_html[] = {
#embed "../Pages/embed-facts.html"
};
BYTES embed_message_html[] = {
#embed "../Pages/embed-message.html"
};
BYTES signup_html[] = {
#embed "../Pages/signup.html"
};
BYTES login_html[] = {
#embed "../Pages/login.html"
};
BYTES account_html[] = {
#embed "../Pages/account.html"
};
BYTES embed_caption_html[] = {
#embed "../Pages/embed-caption.html"
};
BYTES message_html[] = {
#embed "../Pages/message.html"
};
BYTES later_part_js[] = {
#embed "../Assets/common/later-part.js"
};
BYTES renew_page_js[] = {
#embed "../Assets/common/renew-page.js"
};
BYTES still_js[] = {
#embed "../Assets/common/still.js"
};
BYTES still_rounds_js[] = {
#embed "../Assets/common/still-rounds.js"
};
BYTES live_still_plan_js[] = {
#embed "../Assets/live/still-plan.js"
};
BYTES live_still_sender_js[] = {
#embed "../Assets/live/still-sender.js"
};
BYTES operators_html[] = {
#embed "../Pages/operators.html"
};
BYTES common_words_js[] = {
#embed "../Assets/common/words.js"
};
BYTES operators_counts_js[] = {
#embed "../Assets/operators/counts.js"
};
BYTES words_en_json[] = {
#embed "../Words/en.json"
};
BYTES words_de_json[] = {
#embed "../Words/de.json"
};
BYTES words_es_json[] = {
#embed "../Words/es.json"
};
BYTES operators_css[] = {
#embed "../Assets/operators.css"
};
BYTES operators_operators_js[] = {
#embed "../Assets/operators/operators.js"
};
BYTES operators_history_js[] = {
#embed "../Assets/operators/history.js"
};
BYTES operators_graph_js[] = {
#embed "../Assets/operators/graph.js"
};
BYTES operators_server_words_js[] = {
#embed "../Assets/operators/server-words.js"
};
BYTES operators_stream_table_js[] = {
#embed "../Assets/operators/stream-table.js"
};
BYTES operators_worker_table_js[] = {
#embed "../Assets/operators/worker-table.js"
};
BYTES operators_stream_trails_js[] = {
#embed "../Assets/operators/stream-trails.js"
};
BYTES operators_stream_words_js[] = {
#embed "../Assets/operators/stream-words.js"
};
BYTES operators_kick_js[] = {
#embed "../Assets/operators/kick.js"
};
BYTES not_found_html[] = {
#embed "../Pages/not-found.html"
};
BYTES stream_card_html[] = {
#embed "../Pages/stream-card.html"
};
BYTES base_css[] = {
#embed "../Assets/base.css"
};
BYTES account_css[] = {
#embed "../Assets/account.css"
};
BYTES cards_css[] = {
#embed "../Assets/cards.css"
};
BYTES embed_css[] = {
#embed "../Assets/embed.css"
};
BYTES components_css[] = {
#embed "../Assets/components.css"
};
BYTES home_css[] = {
#embed "../Assets/home.css"
};
BYTES live_css[] = {
#embed "../Assets/live.css"
};
BYTES watch_css[] = {
#embed "../Assets/watch.css"
};
BYTES water_css[] = {
#embed "../Assets/water.css"
};
BYTES flow_svg[] = {
#embed "../Assets/flow.svg"
};
BYTES icon_svg[] = {
#embed "../Assets/icon.svg"
};
BYTES watch_facts_css[] = {
#embed "../Assets/watch-facts.css"
};
BYTES account_js[] = {
#embed "../Assets/account/account.js"
};
BYTES account_local_times_js[] = {
#embed "../Assets/account/local-times.js"
};
BYTES account_square_picture_js[] = {
#embed "../Assets/account/square-picture.js"
};
BYTES account_picture_form_js[] = {
#embed "../Assets/account/picture-form.js"
};
BYTES account_link_rows_js[] = {
#embed "../Assets/account/link-rows.js"
};
BYTES account_new_name_js[] = {
#embed "../Assets/account/new-name.js"
};
BYTES account_reveal_js[] = {
#embed "../Assets/account/reveal.js"
};
BYTES account_form_answers_js[] = {
#embed "../Assets/account/form-answers.js"
};
BYTES account_answer_words_js[] = {
#embed "../Assets/account/answer-words.js"
};
BYTES embed_js[] = {
#embed "../Assets/embed/embed.js"
};
BYTES announce_js[] = {
#embed "../Assets/common/announce.js"
};
BYTES backoff_js[] = {
#embed "../Assets/common/backoff.js"
};
BYTES copy_js[] = {
#embed "../Assets/common/copy.js"
};
BYTES event_polls_js[] = {
#embed "../Assets/common/event-polls.js"
};
BYTES event_response_js[] = {
#embed "../Assets/common/event-response.js"
};
BYTES events_js[] = {
#embed "../Assets/common/events.js"
};
BYTES face_js[] = {
#embed "../Assets/common/face.js"
};
BYTES format_js[] = {
#embed "../Assets/common/format.js"
};
BYTES frame_js[] = {
#embed "../Assets/common/frame.js"
};
BYTES problem_js[] = {
#embed "../Assets/common/problem.js"
};
BYTES stream_card_js[] = {
#embed "../Assets/common/stream-card.js"
};
BYTES stream_words_js[] = {
#embed "../Assets/common/stream-words.js"
};
BYTES home_js[] = {
#embed "../Assets/home/home.js"
};
BYTES home_news_js[] = {
#embed "../Assets/home/news.js"
};
BYTES home_stream_list_js[] = {
#embed "../Assets/home/stream-list.js"
};
BYTES browse_js[] = {
#embed "../Assets/home/browse.js"
};
BYTES glide_js[] = {
#embed "../Assets/home/glide.js"
};
BYTES search_js[] = {
#embed "../Assets/home/search.js"
};
BYTES live_js[] = {
#embed "../Assets/live/live.js"
};
BYTES watch_block_durations_js[] = {
#embed "../Assets/watch/block-durations.js"
};
BYTES watch_codecs_js[] = {
#embed "../Assets/watch/codecs.js"
};
BYTES watch_controls_js[] = {
#embed "../Assets/watch/controls.js"
};
BYTES watch_ebml_js[] = {
#embed "../Assets/watch/ebml.js"
};
BYTES watch_edge_clock_js[] = {
#embed "../Assets/watch/edge-clock.js"
};
BYTES watch_feed_js[] = {
#embed "../Assets/watch/feed.js"
};
BYTES watch_first_request_js[] = {
#embed "../Assets/watch/first-request.js"
};
BYTES watch_follower_js[] = {
#embed "../Assets/watch/follower.js"
};
BYTES watch_idle_js[] = {
#embed "../Assets/watch/idle.js"
};
BYTES watch_keyboard_js[] = {
#embed "../Assets/watch/keyboard.js"
};
BYTES watch_live_edge_js[] = {
#embed "../Assets/watch/live-edge.js"
};
BYTES watch_live_source_js[] = {
#embed "../Assets/watch/live-source.js"
};
BYTES watch_media_buffer_js[] = {
#embed "../Assets/watch/media-buffer.js"
};
BYTES watch_media_request_js[] = {
#embed "../Assets/watch/media-request.js"
};
BYTES watch_media_session_js[] = {
#embed "../Assets/watch/media-session.js"
};
BYTES watch_picture_js[] = {
#embed "../Assets/watch/picture.js"
};
BYTES watch_plain_player_js[] = {
#embed "../Assets/watch/plain-player.js"
};
BYTES watch_player_state_js[] = {
#embed "../Assets/watch/player-state.js"
};
BYTES watch_player_js[] = {
#embed "../Assets/watch/player.js"
};
BYTES watch_reception_js[] = {
#embed "../Assets/watch/reception.js"
};
BYTES watch_screen_js[] = {
#embed "../Assets/watch/screen.js"
};
BYTES watch_share_js[] = {
#embed "../Assets/watch/share.js"
};
BYTES watch_sound_js[] = {
#embed "../Assets/watch/sound.js"
};
BYTES watch_waiting_js[] = {
#embed "../Assets/watch/waiting.js"
};
BYTES watch_list_sources_js[] = {
#embed "../Assets/watch/list-sources.js"
};
BYTES watch_still_js[] = {
#embed "../Assets/watch/still.js"
};
BYTES watch_slumber_js[] = {
#embed "../Assets/watch/slumber.js"
};
BYTES watch_sleeper_js[] = {
#embed "../Assets/watch/sleeper.js"
};
BYTES watch_webm_reader_js[] = {
#embed "../Assets/watch/webm-reader.js"
};
BYTES watch_track_stream_js[] = {
#embed "../Assets/watch/track-stream.js"
};
BYTES watch_track_watch_js[] = {
#embed "../Assets/watch/track-watch.js"
};
BYTES watch_cast_js[] = {
#embed "../Assets/watch/cast.js"
};
BYTES watch_hls_list_js[] = {
#embed "../Assets/watch/hls-list.js"
};
BYTES watch_list_plan_js[] = {
#embed "../Assets/watch/list-plan.js"
};
BYTES watch_list_reach_js[] = {
#embed "../Assets/watch/list-reach.js"
};
BYTES watch_listed_track_js[] = {
#embed "../Assets/watch/listed-track.js"
};
BYTES watch_lists_player_js[] = {
#embed "../Assets/watch/lists-player.js"
};
BYTES watch_lists_request_js[] = {
#embed "../Assets/watch/lists-request.js"
};
BYTES watch_media_source_js[] = {
#embed "../Assets/watch/media-source.js"
};
BYTES watch_attached_source_js[] = {
#embed "../Assets/watch/attached-source.js"
};
BYTES watch_mp4_times_js[] = {
#embed "../Assets/watch/mp4-times.js"
};
BYTES watch_packaging_js[] = {
#embed "../Assets/watch/packaging.js"
};
BYTES watch_piece_source_js[] = {
#embed "../Assets/watch/piece-source.js"
};
BYTES watch_read_ahead_js[] = {
#embed "../Assets/watch/read-ahead.js"
};
BYTES watch_steady_fetch_js[] = {
#embed "../Assets/watch/steady-fetch.js"
};
BYTES watch_via_js[] = {
#embed "../Assets/watch/via.js"
};
BYTES watch_ways_js[] = {
#embed "../Assets/watch/ways.js"
};
BYTES watch_way_choice_js[] = {
#embed "../Assets/watch/way-choice.js"
};
BYTES watch_vigil_js[] = {
#embed "../Assets/watch/vigil.js"
};
BYTES watch_remainder_js[] = {
#embed "../Assets/watch/remainder.js"
};
BYTES watch_remedy_js[] = {
#embed "../Assets/watch/remedy.js"
};
BYTES watch_intake_js[] = {
#embed "../Assets/watch/intake.js"
};
BYTES watch_care_js[] = {
#embed "../Assets/watch/care.js"
};
BYTES channel_js[] = {
#embed "../Assets/watch/channel.js"
};
BYTES description_js[] = {
#embed "../Assets/watch/description.js"
};
BYTES face_view_js[] = {
#embed "../Assets/watch/face-view.js"
};
BYTES links_js[] = {
#embed "../Assets/watch/links.js"
};
BYTES offline_js[] = {
#embed "../Assets/watch/offline.js"
};
BYTES others_js[] = {
#embed "../Assets/watch/others.js"
};
BYTES poster_js[] = {
#embed "../Assets/watch/poster.js"
};
BYTES statistics_js[] = {
#embed "../Assets/watch/statistics.js"
};
BYTES surroundings_js[] = {
#embed "../Assets/watch/surroundings.js"
};
BYTES tell_me_js[] = {
#embed "../Assets/watch/tell-me.js"
};
BYTES watch_view_js[] = {
#embed "../Assets/watch/view.js"
};
BYTES watch_words_js[] = {
#embed "../Assets/watch/words.js"
};
BYTES watch_js[] = {
#embed "../Assets/watch/watch.js"
};
BYTES live_audience_watch_js[] = {
#embed "../Assets/live/audience-watch.js"
};
BYTES live_broadcast_js[] = {
#embed "../Assets/live/broadcast.js"
};
BYTES live_clock_code_js[] = {
#embed "../Assets/live/clock-code.js"
};
BYTES live_codec_choice_js[] = {
#embed "../Assets/live/codec-choice.js"
};
BYTES live_devices_js[] = {
#embed "../Assets/live/devices.js"
};
BYTES live_failure_words_js[] = {
#embed "../Assets/live/failure-words.js"
};
BYTES live_memory_js[] = {
#embed "../Assets/live/memory.js"
};
BYTES live_notice_js[] = {
#embed "../Assets/live/notice.js"
};
BYTES live_on_air_view_js[] = {
#embed "../Assets/live/on-air-view.js"
};
BYTES live_page_state_js[] = {
#embed "../Assets/live/page-state.js"
};
BYTES live_parcel_queue_js[] = {
#embed "../Assets/live/parcel-queue.js"
};
BYTES live_parcel_request_js[] = {
#embed "../Assets/live/parcel-request.js"
};
BYTES live_publish_answer_js[] = {
#embed "../Assets/live/publish-answer.js"
};
BYTES live_quality_js[] = {
#embed "../Assets/live/quality.js"
};
BYTES live_recorder_js[] = {
#embed "../Assets/live/recorder.js"
};
BYTES live_scaled_track_js[] = {
#embed "../Assets/live/scaled-track.js"
};
BYTES live_setup_form_js[] = {
#embed "../Assets/live/setup-form.js"
};
BYTES live_sound_js[] = {
#embed "../Assets/live/sound.js"
};
BYTES live_source_words_js[] = {
#embed "../Assets/live/source-words.js"
};
BYTES live_sources_js[] = {
#embed "../Assets/live/sources.js"
};
BYTES live_stage_js[] = {
#embed "../Assets/live/stage.js"
};
BYTES live_stop_dialog_js[] = {
#embed "../Assets/live/stop-dialog.js"
};
BYTES stream_name_js[] = {
#embed "../Assets/common/stream-name.js"
};
BYTES stream_order_js[] = {
#embed "../Assets/common/stream-order.js"
};
BYTES live_studio_js[] = {
#embed "../Assets/live/studio.js"
};
BYTES live_test_picture_js[] = {
#embed "../Assets/live/test-picture.js"
};
BYTES live_test_tone_js[] = {
#embed "../Assets/live/test-tone.js"
};
BYTES live_throughput_meter_js[] = {
#embed "../Assets/live/throughput-meter.js"
};
BYTES live_ticker_worker_js[] = {
#embed "../Assets/live/ticker-worker.js"
};
BYTES live_ticker_js[] = {
#embed "../Assets/live/ticker.js"
};
BYTES live_upload_health_js[] = {
#embed "../Assets/live/upload-health.js"
};
BYTES live_uploader_js[] = {
#embed "../Assets/live/uploader.js"
};
BYTES live_wake_lock_js[] = {
#embed "../Assets/live/wake-lock.js"
};
BYTES live_air_monitor_js[] = {
#embed "../Assets/live/air-monitor.js"
};
BYTES live_recording_plan_js[] = {
#embed "../Assets/live/recording-plan.js"
};
BYTES live_parcel_limit_js[] = {
#embed "../Assets/live/parcel-limit.js"
};
BYTES live_stream_probe_js[] = {
#embed "../Assets/live/stream-probe.js"
};
BYTES live_stranger_words_js[] = {
#embed "../Assets/live/stranger-words.js"
};
BYTES live_air_care_js[] = {
#embed "../Assets/live/air-care.js"
};
BYTES live_air_controls_js[] = {
#embed "../Assets/live/air-controls.js"
};
BYTES live_air_health_js[] = {
#embed "../Assets/live/air-health.js"
};
BYTES live_encoder_health_js[] = {
#embed "../Assets/live/encoder-health.js"
};
BYTES live_encoder_meter_js[] = {
#embed "../Assets/live/encoder-meter.js"
};
BYTES live_flow_watch_js[] = {
#embed "../Assets/live/flow-watch.js"
};
BYTES live_recorded_timeline_js[] = {
#embed "../Assets/live/recorded-timeline.js"
};
BYTES live_repair_ladder_js[] = {
#embed "../Assets/live/repair-ladder.js"
};
BYTES live_silent_track_js[] = {
#embed "../Assets/live/silent-track.js"
};
BYTES live_slow_codecs_js[] = {
#embed "../Assets/live/slow-codecs.js"
};
BYTES live_stall_watch_js[] = {
#embed "../Assets/live/stall-watch.js"
};
BYTES live_lost_inputs_js[] = {
#embed "../Assets/live/lost-inputs.js"
};
BYTES live_air_switches_js[] = {
#embed "../Assets/live/air-switches.js"
};
BYTES live_other_browsers_js[] = {
#embed "../Assets/live/other-browsers.js"
};
BYTES live_audience_note_js[] = {
#embed "../Assets/live/audience-note.js"
};
BYTES live_audience_words_js[] = {
#embed "../Assets/live/audience-words.js"
};
BYTES live_air_plan_js[] = {
#embed "../Assets/live/air-plan.js"
};
BYTES live_steady_track_js[] = {
#embed "../Assets/live/steady-track.js"
};
BYTES live_on_air_js[] = {
#embed "../Assets/live/on-air.js"
};
BYTES live_words_html[] = {
#embed "../Pages/live-words.html"
};
BYTES live_said_words_js[] = {
#embed "../Assets/live/said-words.js"
};
BYTES live_words_store_js[] = {
#embed "../Assets/live/words-store.js"
};
BYTES live_language_list_js[] = {
#embed "../Assets/live/language-list.js"
};
BYTES live_words_form_js[] = {
#embed "../Assets/live/words-form.js"
};
BYTES live_countdown_js[] = {
#embed "../Assets/live/countdown.js"
};
BYTES common_graph_line_js[] = {
#embed "../Assets/common/graph-line.js"
};
BYTES live_own_worker_js[] = {
#embed "../Assets/live/own-worker.js"
};
BYTES live_copy_worker_js[] = {
#embed "../Assets/live/copy-worker.js"
};
BYTES live_copy_folder_js[] = {
#embed "../Assets/live/copy-folder.js"
};
BYTES live_copy_places_js[] = {
#embed "../Assets/live/copy-places.js"
};
BYTES live_copy_name_js[] = {
#embed "../Assets/live/copy-name.js"
};
BYTES live_copy_part_js[] = {
#embed "../Assets/live/copy-part.js"
};
BYTES live_broadcast_copy_js[] = {
#embed "../Assets/live/broadcast-copy.js"
};
BYTES live_copy_words_js[] = {
#embed "../Assets/live/copy-words.js"
};
BYTES live_copy_list_js[] = {
#embed "../Assets/live/copy-list.js"
};
BYTES live_audience_history_js[] = {
#embed "../Assets/live/audience-history.js"
};
BYTES live_audience_curve_js[] = {
#embed "../Assets/live/audience-curve.js"
};
BYTES live_viewer_delay_js[] = {
#embed "../Assets/live/viewer-delay.js"
};
BYTES live_summary_js[] = {
#embed "../Assets/live/summary.js"
};

#define FILE(name, array) {name, array, sizeof array}

static const struct weir_web_file files[] = {
    FILE("Pages/layout.html", layout_html),
    FILE("Pages/home.html", home_html),
    FILE("Pages/home-accounts.html", home_accounts_html),
    FILE("Pages/home-open.html", home_open_html),
    FILE("Pages/live.html", live_html),
    FILE("Pages/watch.html", watch_html),
    FILE("Pages/watch-facts.html", watch_facts_html),
    FILE("Pages/embed-layout.html", embed_layout_html),
    FILE("Pages/embed-facts.html", embed_facts_html),
    FILE("Pages/embed-message.html", embed_message_html),
    FILE("Pages/signup.html", signup_html),
    FILE("Pages/login.html", login_html),
    FILE("Pages/account.html", account_html),
    FILE("Pages/embed-caption.html", embed_caption_html),
    FILE("Pages/message.html", message_html),
    FILE("Pages/not-found.html", not_found_html),
    FILE("Assets/base.css", base_css),
    FILE("Assets/account.css", account_css),
    FILE("Assets/cards.css", cards_css),
    FILE("Assets/embed.css", embed_css),
    FILE("Assets/account/account.js", account_js),
    FILE("Assets/account/local-times.js", account_local_times_js),
    FILE("Assets/account/square-picture.js", account_square_picture_js),
    FILE("Assets/account/picture-form.js", account_picture_form_js),
    FILE("Assets/account/link-rows.js", account_link_rows_js),
    FILE("Assets/account/new-name.js", account_new_name_js),
    FILE("Assets/account/reveal.js", account_reveal_js),
    FILE("Assets/account/form-answers.js", account_form_answers_js),
    FILE("Assets/account/answer-words.js", account_answer_words_js),
    FILE("Assets/embed/embed.js", embed_js),
    FILE("Assets/components.css", components_css),
    FILE("Assets/home.css", home_css),
    FILE("Assets/live.css", live_css),
    FILE("Assets/watch.css", watch_css),
    FILE("Assets/water.css", water_css),
    FILE("Assets/flow.svg", flow_svg),
    FILE("Assets/icon.svg", icon_svg),
    FILE("Assets/common/announce.js", announce_js),
    FILE("Assets/common/backoff.js", backoff_js),
    FILE("Assets/common/copy.js", copy_js),
    FILE("Assets/common/event-polls.js", event_polls_js),
    FILE("Assets/common/event-response.js", event_response_js),
    FILE("Assets/common/events.js", events_js),
    FILE("Assets/common/face.js", face_js),
    FILE("Assets/common/format.js", format_js),
    FILE("Assets/common/frame.js", frame_js),
    FILE("Assets/common/problem.js", problem_js),
    FILE("Assets/common/stream-words.js", stream_words_js),
    FILE("Assets/home/home.js", home_js),
    FILE("Assets/home/news.js", home_news_js),
    FILE("Assets/home/stream-list.js", home_stream_list_js),
    FILE("Assets/home/browse.js", browse_js),
    FILE("Assets/home/glide.js", glide_js),
    FILE("Assets/home/search.js", search_js),
    FILE("Assets/live/live.js", live_js),
    FILE("Assets/watch/block-durations.js", watch_block_durations_js),
    FILE("Assets/watch/codecs.js", watch_codecs_js),
    FILE("Assets/watch/controls.js", watch_controls_js),
    FILE("Assets/watch/ebml.js", watch_ebml_js),
    FILE("Assets/watch/edge-clock.js", watch_edge_clock_js),
    FILE("Assets/watch/feed.js", watch_feed_js),
    FILE("Assets/watch/first-request.js", watch_first_request_js),
    FILE("Assets/watch/follower.js", watch_follower_js),
    FILE("Assets/watch/idle.js", watch_idle_js),
    FILE("Assets/watch/keyboard.js", watch_keyboard_js),
    FILE("Assets/watch/live-edge.js", watch_live_edge_js),
    FILE("Assets/watch/live-source.js", watch_live_source_js),
    FILE("Assets/watch/media-buffer.js", watch_media_buffer_js),
    FILE("Assets/watch/media-request.js", watch_media_request_js),
    FILE("Assets/watch/media-session.js", watch_media_session_js),
    FILE("Assets/watch/picture.js", watch_picture_js),
    FILE("Assets/watch/plain-player.js", watch_plain_player_js),
    FILE("Assets/watch/player-state.js", watch_player_state_js),
    FILE("Assets/watch/player.js", watch_player_js),
    FILE("Assets/watch/reception.js", watch_reception_js),
    FILE("Assets/watch/screen.js", watch_screen_js),
    FILE("Assets/watch/share.js", watch_share_js),
    FILE("Assets/watch/sound.js", watch_sound_js),
    FILE("Assets/watch/waiting.js", watch_waiting_js),
    FILE("Assets/watch/list-sources.js", watch_list_sources_js),
    FILE("Assets/watch/still.js", watch_still_js),
    FILE("Assets/watch/slumber.js", watch_slumber_js),
    FILE("Assets/watch/sleeper.js", watch_sleeper_js),
    FILE("Assets/watch/webm-reader.js", watch_webm_reader_js),
    FILE("Assets/watch/track-stream.js", watch_track_stream_js),
    FILE("Assets/watch/track-watch.js", watch_track_watch_js),
    FILE("Assets/watch/cast.js", watch_cast_js),
    FILE("Assets/watch/hls-list.js", watch_hls_list_js),
    FILE("Assets/watch/list-plan.js", watch_list_plan_js),
    FILE("Assets/watch/list-reach.js", watch_list_reach_js),
    FILE("Assets/watch/listed-track.js", watch_listed_track_js),
    FILE("Assets/watch/lists-player.js", watch_lists_player_js),
    FILE("Assets/watch/lists-request.js", watch_lists_request_js),
    FILE("Assets/watch/media-source.js", watch_media_source_js),
    FILE("Assets/watch/attached-source.js", watch_attached_source_js),
    FILE("Assets/watch/mp4-times.js", watch_mp4_times_js),
    FILE("Assets/watch/packaging.js", watch_packaging_js),
    FILE("Assets/watch/piece-source.js", watch_piece_source_js),
    FILE("Assets/watch/read-ahead.js", watch_read_ahead_js),
    FILE("Assets/watch/steady-fetch.js", watch_steady_fetch_js),
    FILE("Assets/watch/via.js", watch_via_js),
    FILE("Assets/watch/ways.js", watch_ways_js),
    FILE("Assets/watch/way-choice.js", watch_way_choice_js),
    FILE("Assets/watch/vigil.js", watch_vigil_js),
    FILE("Assets/watch/remainder.js", watch_remainder_js),
    FILE("Assets/watch/remedy.js", watch_remedy_js),
    FILE("Assets/watch/intake.js", watch_intake_js),
    FILE("Assets/watch/care.js", watch_care_js),
    FILE("Assets/watch/channel.js", channel_js),
    FILE("Assets/watch/description.js", description_js),
    FILE("Assets/watch/face-view.js", face_view_js),
    FILE("Assets/watch/links.js", links_js),
    FILE("Assets/watch/offline.js", offline_js),
    FILE("Assets/watch/others.js", others_js),
    FILE("Assets/watch/poster.js", poster_js),
    FILE("Assets/watch/statistics.js", statistics_js),
    FILE("Assets/watch/surroundings.js", surroundings_js),
    FILE("Assets/watch/tell-me.js", tell_me_js),
    FILE("Assets/watch/view.js", watch_view_js),
    FILE("Assets/watch/words.js", watch_words_js),
    FILE("Assets/watch/watch.js", watch_js),
    FILE("Assets/live/audience-watch.js", live_audience_watch_js),
    FILE("Assets/live/broadcast.js", live_broadcast_js),
    FILE("Assets/live/clock-code.js", live_clock_code_js),
    FILE("Assets/live/codec-choice.js", live_codec_choice_js),
    FILE("Assets/live/devices.js", live_devices_js),
    FILE("Assets/live/failure-words.js", live_failure_words_js),
    FILE("Assets/live/memory.js", live_memory_js),
    FILE("Assets/live/notice.js", live_notice_js),
    FILE("Assets/live/on-air-view.js", live_on_air_view_js),
    FILE("Assets/live/page-state.js", live_page_state_js),
    FILE("Assets/live/parcel-queue.js", live_parcel_queue_js),
    FILE("Assets/live/parcel-request.js", live_parcel_request_js),
    FILE("Assets/live/publish-answer.js", live_publish_answer_js),
    FILE("Assets/live/quality.js", live_quality_js),
    FILE("Assets/live/recorder.js", live_recorder_js),
    FILE("Assets/live/scaled-track.js", live_scaled_track_js),
    FILE("Assets/live/setup-form.js", live_setup_form_js),
    FILE("Assets/live/sound.js", live_sound_js),
    FILE("Assets/live/source-words.js", live_source_words_js),
    FILE("Assets/live/sources.js", live_sources_js),
    FILE("Assets/live/stage.js", live_stage_js),
    FILE("Assets/live/stop-dialog.js", live_stop_dialog_js),
    FILE("Assets/common/stream-name.js", stream_name_js),
    FILE("Assets/live/studio.js", live_studio_js),
    FILE("Assets/live/test-picture.js", live_test_picture_js),
    FILE("Assets/live/test-tone.js", live_test_tone_js),
    FILE("Assets/live/throughput-meter.js", live_throughput_meter_js),
    FILE("Assets/live/ticker-worker.js", live_ticker_worker_js),
    FILE("Assets/live/ticker.js", live_ticker_js),
    FILE("Assets/live/upload-health.js", live_upload_health_js),
    FILE("Assets/live/uploader.js", live_uploader_js),
    FILE("Assets/live/wake-lock.js", live_wake_lock_js),
    FILE("Assets/live/air-monitor.js", live_air_monitor_js),
    FILE("Assets/live/recording-plan.js", live_recording_plan_js),
    FILE("Assets/live/parcel-limit.js", live_parcel_limit_js),
    FILE("Assets/live/stream-probe.js", live_stream_probe_js),
    FILE("Assets/live/stranger-words.js", live_stranger_words_js),
    FILE("Assets/live/air-care.js", live_air_care_js),
    FILE("Assets/live/air-controls.js", live_air_controls_js),
    FILE("Assets/live/air-health.js", live_air_health_js),
    FILE("Assets/live/encoder-health.js", live_encoder_health_js),
    FILE("Assets/live/encoder-meter.js", live_encoder_meter_js),
    FILE("Assets/live/flow-watch.js", live_flow_watch_js),
    FILE("Assets/live/recorded-timeline.js", live_recorded_timeline_js),
    FILE("Assets/live/repair-ladder.js", live_repair_ladder_js),
    FILE("Assets/live/silent-track.js", live_silent_track_js),
    FILE("Assets/live/slow-codecs.js", live_slow_codecs_js),
    FILE("Assets/live/stall-watch.js", live_stall_watch_js),
    FILE("Assets/live/lost-inputs.js", live_lost_inputs_js),
    FILE("Assets/live/air-switches.js", live_air_switches_js),
    FILE("Assets/live/other-browsers.js", live_other_browsers_js),
    FILE("Assets/live/audience-note.js", live_audience_note_js),
    FILE("Assets/live/audience-words.js", live_audience_words_js),
    FILE("Assets/live/air-plan.js", live_air_plan_js),
    FILE("Assets/live/steady-track.js", live_steady_track_js),
    FILE("Assets/common/later-part.js", later_part_js),
    FILE("Assets/common/renew-page.js", renew_page_js),
    FILE("Assets/common/still.js", still_js),
    FILE("Assets/common/still-rounds.js", still_rounds_js),
    FILE("Assets/common/stream-card.js", stream_card_js),
    FILE("Assets/common/stream-order.js", stream_order_js),
    FILE("Assets/live/still-plan.js", live_still_plan_js),
    FILE("Assets/live/still-sender.js", live_still_sender_js),
    FILE("Assets/common/words.js", common_words_js),
    FILE("Assets/operators/counts.js", operators_counts_js),
    FILE("Words/en.json", words_en_json),
    FILE("Words/de.json", words_de_json),
    FILE("Words/es.json", words_es_json),
    FILE("Pages/operators.html", operators_html),
    FILE("Pages/stream-card.html", stream_card_html),
    FILE("Assets/operators.css", operators_css),
    FILE("Assets/watch-facts.css", watch_facts_css),
    FILE("Assets/operators/operators.js", operators_operators_js),
    FILE("Assets/operators/history.js", operators_history_js),
    FILE("Assets/operators/graph.js", operators_graph_js),
    FILE("Assets/operators/server-words.js", operators_server_words_js),
    FILE("Assets/operators/stream-table.js", operators_stream_table_js),
    FILE("Assets/operators/worker-table.js", operators_worker_table_js),
    FILE("Assets/operators/stream-trails.js", operators_stream_trails_js),
    FILE("Assets/operators/stream-words.js", operators_stream_words_js),
    FILE("Assets/operators/kick.js", operators_kick_js),
    FILE("Assets/live/on-air.js", live_on_air_js),
    FILE("Pages/live-words.html", live_words_html),
    FILE("Assets/live/said-words.js", live_said_words_js),
    FILE("Assets/live/words-store.js", live_words_store_js),
    FILE("Assets/live/language-list.js", live_language_list_js),
    FILE("Assets/live/words-form.js", live_words_form_js),
    FILE("Assets/live/countdown.js", live_countdown_js),
    FILE("Assets/common/graph-line.js", common_graph_line_js),
    FILE("Assets/live/own-worker.js", live_own_worker_js),
    FILE("Assets/live/copy-worker.js", live_copy_worker_js),
    FILE("Assets/live/copy-folder.js", live_copy_folder_js),
    FILE("Assets/live/copy-places.js", live_copy_places_js),
    FILE("Assets/live/copy-name.js", live_copy_name_js),
    FILE("Assets/live/copy-part.js", live_copy_part_js),
    FILE("Assets/live/broadcast-copy.js", live_broadcast_copy_js),
    FILE("Assets/live/copy-words.js", live_copy_words_js),
    FILE("Assets/live/copy-list.js", live_copy_list_js),
    FILE("Assets/live/audience-history.js", live_audience_history_js),
    FILE("Assets/live/audience-curve.js", live_audience_curve_js),
    FILE("Assets/live/viewer-delay.js", live_viewer_delay_js),
    FILE("Assets/live/summary.js", live_summary_js),
};
// clang-format on

struct weir_web_file weir_web_file_at(size_t index) {
    struct weir_web_file none = {0};
    return index < sizeof files / sizeof *files ? files[index] : none;
}
