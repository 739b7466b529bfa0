# Man pages, units, completions, and what `cmake --install` puts where.

find_program(SCDOC scdoc)
set(MAN_PAGES)
if(SCDOC AND TARGET ombudctl)
    foreach(page ombudd.8 ombudctl.1)
        add_custom_command(OUTPUT ${page} DEPENDS docs/${page}.scd
            COMMAND ${SCDOC} < ${CMAKE_SOURCE_DIR}/docs/${page}.scd > ${page} VERBATIM)
        list(APPEND MAN_PAGES ${page})
    endforeach()
    # Of these the text is made from tables, by the program itself.
    foreach(page ombud.yaml.5=config ombud-events.7=events)
        string(REGEX MATCH "^(.*)=(.*)$" matched ${page})
        set(page ${CMAKE_MATCH_1})
        add_custom_command(OUTPUT ${page} DEPENDS ombudctl
            COMMAND $<TARGET_FILE:ombudctl> help ${CMAKE_MATCH_2} --scdoc > ${page}.scd
            COMMAND ${SCDOC} < ${page}.scd > ${page} VERBATIM)
        list(APPEND MAN_PAGES ${page})
    endforeach()
    add_custom_target(man ALL DEPENDS ${MAN_PAGES})
endif()
foreach(page ${MAN_PAGES})
    string(REGEX MATCH "[0-9]$" section ${page})
    install(FILES ${CMAKE_BINARY_DIR}/${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

# Units name the programs by their whole paths.
file(GLOB UNITS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/systemd/*.service
    ${CMAKE_SOURCE_DIR}/systemd/*.target)
foreach(unit ${UNITS})
    get_filename_component(name ${unit} NAME)
    file(READ ${unit} text)
    string(REPLACE "/usr/bin/" "${CMAKE_INSTALL_FULL_BINDIR}/" text "${text}")
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/units/${name} CONTENT "${text}" @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${unit})
    install(FILES ${CMAKE_BINARY_DIR}/units/${name} DESTINATION ${OMBUD_UNIT_DIR})
endforeach()
install(FILES systemd/ombud.sysusers DESTINATION ${OMBUD_SYSUSERS_DIR} RENAME ombud.conf)

install(TARGETS ombudd ombudctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(folder calendars formats lexicons regulations)
    install(DIRECTORY conf/${folder} DESTINATION ${OMBUD_DATA_DIR} OPTIONAL
        FILES_MATCHING PATTERN "*.yaml")
endforeach()
install(DIRECTORY conf/prometheus conf/grafana DESTINATION ${OMBUD_DATA_DIR})
install(FILES conf/ombud.yaml DESTINATION ${OMBUD_DATA_DIR})
install(FILES daemon/completions/ombudctl.bash RENAME ombudctl
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES daemon/completions/_ombudctl DESTINATION ${OMBUD_ZSH_DIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
    FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.json")
